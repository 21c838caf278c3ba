package calls

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// signed finds the service in the credential scope of a signature.
var signed = regexp.MustCompile(`Credential=[^/]+/\d+/[^/]*/([^/]+)/aws4_request`)

// operation names a call as IAM's policies name actions, such as iam:CreateRole.
// How a request says what it is depends on the service's protocol; see "Protocols"
// in Smithy's documentation of AWS.
func operation(r *http.Request, body []byte) string {
	service := "unsigned"
	if match := signed.FindStringSubmatch(r.Header.Get("Authorization")); match != nil {
		service = match[1]
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return service + ":" + target[strings.LastIndex(target, ".")+1:] // awsJson
	}
	if _, action, ok := strings.Cut(r.URL.Path, "/operation/"); ok {
		return service + ":" + action // rpcv2Cbor
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
			return service + ":" + form.Get("Action") // awsQuery, ec2Query
		}
	}
	if service == "s3" {
		return "s3:" + s3(r)
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return service + ":" + r.Method + " /" + kind // restJson, restXml
}

// subresources are what S3 calls the settings of a bucket in the query of a
// request, and in the names of operations.
var subresources = map[string]string{
	"accelerate":          "BucketAccelerateConfiguration",
	"acl":                 "BucketAcl",
	"cors":                "BucketCors",
	"encryption":          "BucketEncryption",
	"intelligent-tiering": "BucketIntelligentTieringConfiguration",
	"inventory":           "BucketInventoryConfiguration",
	"lifecycle":           "BucketLifecycleConfiguration",
	"location":            "BucketLocation",
	"logging":             "BucketLogging",
	"metrics":             "BucketMetricsConfiguration",
	"notification":        "BucketNotificationConfiguration",
	"object-lock":         "ObjectLockConfiguration",
	"ownershipControls":   "BucketOwnershipControls",
	"policy":              "BucketPolicy",
	"publicAccessBlock":   "PublicAccessBlock",
	"replication":         "BucketReplication",
	"requestPayment":      "BucketRequestPayment",
	"tagging":             "BucketTagging",
	"versioning":          "BucketVersioning",
	"website":             "BucketWebsite",
}

var verbs = map[string]string{
	http.MethodGet: "Get", http.MethodHead: "Head", http.MethodPut: "Put", http.MethodDelete: "Delete", http.MethodPost: "Post",
}

// s3 names a request to S3, in which buckets are part of the path.
func s3(r *http.Request) string {
	query, verb := r.URL.Query(), cmp.Or(verbs[r.Method], r.Method)
	if said := query.Get("x-id"); said != "" {
		return said
	}
	for key, name := range subresources {
		if query.Has(key) {
			return verb + name
		}
	}
	bucket, object, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case object != "":
		return verb + "Object"
	case bucket == "":
		return "ListBuckets"
	case query.Has("versions"):
		return "ListObjectVersions"
	case r.Method == http.MethodGet:
		return "ListObjects"
	case r.Method == http.MethodPut:
		return "CreateBucket"
	case query.Has("delete"):
		return "DeleteObjects"
	}
	return verb + "Bucket"
}
