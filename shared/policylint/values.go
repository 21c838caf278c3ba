package policylint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/iameval"
)

// shape is what the values of a key look like.
type shape struct {
	what  string
	holds func(value string) bool
}

func of(what, pattern string) shape {
	return shape{what, regexp.MustCompile("^(" + pattern + ")$").MatchString}
}

var (
	account = of("twelve digits", `[0-9]{12}`)
	service = shape{"a service principal, such as lambda.amazonaws.com", isService}
)

// shapes are the keys whose values have a form that AWS documents; each key's own
// section in "AWS global condition context keys", and for the last two in "AWS KMS
// condition keys" and "IAM and AWS STS condition context keys".
var shapes = map[string]shape{
	"aws:principalaccount": account,
	"aws:requestedregion":  {"a region, such as eu-central-1", regionName.MatchString},
	"aws:resourceaccount":  account,
	"aws:sourceaccount":    account,
	"aws:sourcevpc":        of("the id of a VPC", `vpc-.+`),
	"aws:sourcevpce":       of("the id of a VPC endpoint", `vpce-.+`),
	"kms:calleraccount":    account,
	"iam:passedtoservice":  service,
	"kms:viaservice":       of("a service in a region, such as s3.eu-central-1.amazonaws.com", `[a-z0-9-]+\.[a-z0-9-]+\.amazonaws\.com`),
}

var arnText = regexp.MustCompile(`^arn:([^:]*:){4}.+$`)

// shaped holds the values to the form that the key has. What has a wildcard or a
// variable is left to the request.
func (s *statement) shaped(c iameval.Condition, o operator, key *authorization.Key) {
	want, known := shapes[strings.ToLower(c.Key)]
	if !known && key.Type == authorization.ARN {
		want, known = shape{"an ARN", arnText.MatchString}, true
	}
	if !known {
		return
	}
	for _, v := range c.Values {
		if v != "*" && !strings.Contains(v, "${") && !(strings.ContainsAny(v, "*?") && isPattern(o)) && !want.holds(v) {
			s.find(ValueShape, "Condition", v, "%s is %s", c.Key, want.what)
		}
		if partition := strings.Split(v+":", ":")[1]; strings.HasPrefix(v, "arn:") && !slices.Contains([]string{"*", s.names.Partition()}, partition) {
			s.find(ForeignResource, "Condition", v, "is in the partition %s, and the estate in %s", partition, s.names.Partition())
		}
	}
}

// isPattern reports whether * and ? are wildcards for the operator.
func isPattern(o operator) bool {
	return strings.Contains(o.name, "Like") || strings.HasPrefix(o.name, "Arn")
}
