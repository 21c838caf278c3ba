package proxy

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// call is one request, as AWS's protocols tell it apart.
type call struct {
	// Service is the name that the request is signed for, such as iam.
	Service string
	// Operation is the action, or method and path where the protocol has none.
	Operation string
	protocol  protocol
	// Writes: it changes something.
	Writes bool
}

// protocol is how a service words requests and errors (AWS, "Smithy: AWS
// Protocols").
type protocol int

const (
	json     protocol = iota // awsJson1_0 and awsJson1_1
	restJSON                 // restJson1
	query                    // awsQuery
	ec2                      // ec2Query
	restXML                  // restXml, which here is S3
)

// scope is the credential scope of a signature, of which the service is a part.
var scope = regexp.MustCompile(`Credential=[^/]+/[0-9]{8}/[^/]+/([^/]+)/aws4_request`)

// reads are the first words of operations that change nothing.
var reads = regexp.MustCompile(`^(Get|List|Describe|Head|Lookup|Query|BatchGet|Decrypt|Encrypt|Generate|Simulate)`)

// read makes out what a request is; false where it is none to AWS.
func read(r *http.Request, body []byte) (call, bool) {
	signed := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	if signed == nil {
		return call{}, false
	}
	c := call{Service: signed[1]}
	target := r.Header.Get("X-Amz-Target")
	form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	switch {
	case target != "":
		c.protocol, c.Operation = json, target[strings.LastIndex(target, ".")+1:]
	case form:
		c.protocol = query
		if c.Service == "ec2" {
			c.protocol = ec2
		}
		values, _ := url.ParseQuery(string(body))
		c.Operation = values.Get("Action")
	default:
		c.protocol = restJSON
		if c.Service == "s3" {
			c.protocol = restXML
		}
		c.Operation = r.Method + " " + r.URL.Path
		c.Writes = r.Method != http.MethodGet && r.Method != http.MethodHead
		return c, true
	}
	c.Writes = !reads.MatchString(c.Operation)
	return c, true
}
