package config

import (
	"fmt"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ringfence/ringfence/shared/names"
)

// Limits that a control or AWS sets.
const (
	// minLogDays is the least retention of logs (controls NET-10, AUD-13 and
	// AUD-14, after Security Hub CloudWatch.16).
	minLogDays = 365
	// A VPC smaller than a /24 leaves no room for the endpoints in two zones;
	// AWS itself allows /16 to /28.
	maxVPCBits, minVPCBits = 16, 24
	// A subnet smaller than a /26 (59 free addresses) is used up by the
	// endpoints and a handful of jobs.
	minSubnetBits = 26
	// maxTimeToLiveHours is thirty days: what stands longer is not ephemeral.
	maxTimeToLiveHours = 720
)

// logRetentions are the values that CloudWatch Logs knows, in days
// (PutRetentionPolicy in the CloudWatch Logs API Reference), from minLogDays on.
var logRetentions = []int{365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	region    = regexp.MustCompile(`^[a-z]{2}(-gov)?-[a-z]+-[0-9]$`)
	iamARN    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):(role|user)/[\w+=,.@/-]+$`)
	slug      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	// tagValue is what all services take (IAM API Reference, Tag).
	tagValue = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$`)
	// prefixPath allows what S3 calls safe characters; a policy wildcard or
	// variable in a prefix would widen the grant.
	prefixPath = regexp.MustCompile(`^([a-z0-9][a-z0-9._-]*/)+$`)
)

type validation struct{ problems []Problem }

func (v *validation) fail(key, value, rule, example string) {
	v.problems = append(v.problems, Problem{Key: key, Value: value, Rule: rule, Example: example})
}

// oneOf checks a value of a closed set, and says whether it is in it.
func oneOf[T ~string](v *validation, key string, value T, allowed ...T) bool {
	if slices.Contains(allowed, value) {
		return true
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	v.need(key, string(value), "must be one of "+strings.Join(words, ", "), "")
	return false
}

// need reports a value that is missing or breaks its rule.
func (v *validation) need(key, value, rule, example string) {
	if value == "" {
		rule = "is missing: it " + rule
	}
	v.fail(key, value, rule, example)
}

func validate(e *Environment, stack string) []Problem {
	v := &validation{}
	oneOf(v, "target", e.Target, AWS, Emulator)
	oneOf(v, "lifecycle", e.Lifecycle, Ephemeral, Standard, Protected)
	accountOK := accountID.MatchString(e.AccountID)
	if !accountOK {
		v.need("accountId", e.AccountID, "must be the 12 digits of an AWS account, in quotes", `"123456789012"`)
	}
	if !region.MatchString(e.Region) || strings.HasPrefix(e.Region, "cn-") {
		v.need("region", e.Region, "must be a region of AWS or of AWS GovCloud (US)", "eu-central-1")
	}
	v.owner("owner", e.Owner, "the shared resources", "platform-security")
	if err := names.CheckStack(stack, e.AccountID, e.Region); err != nil && accountOK {
		v.fail("the Pulumi stack's name", "", err.Error(), "")
	}
	v.name(e)
	if e.Target == Emulator && e.Lifecycle != Ephemeral && e.Lifecycle != "" {
		v.fail("lifecycle", string(e.Lifecycle), "the emulator forgets everything when it stops, so its lifecycle must be ephemeral", "")
	}
	v.timeToLive(e)
	v.network(e)
	v.retention(e.Retention)
	v.principals("access.auditors", "role", e.Access.Auditors, e.AccountID)
	v.principals("access.breakGlass", "user", e.Access.BreakGlass, e.AccountID)
	v.principals("access.deployers", "role", e.Access.Deployers, e.AccountID)
	v.principals("access.dataScientists", "role", e.Access.DataScientists, e.AccountID)
	for i, email := range e.Alarms.Emails {
		v.email(fmt.Sprintf("alarms.emails[%d]", i), email)
	}
	v.github(e, stack)
	v.models(e)
	n := names.New(stack, e.AccountID, e.Region)
	v.features(e, n)
	v.workloads(e.Workloads, n)
	v.sizes(e, n)
	return v.problems
}

// name checks the name of the environment file, which names the place of the state
// and is a tag, also where the Pulumi stacks are called otherwise.
func (v *validation) name(e *Environment) {
	const key = "the file's name"
	if !slug.MatchString(e.Name) {
		v.need(key, e.Name, "must be lower-case letters, digits and single hyphens, beginning with a letter", "dev")
		return
	}
	bucket := names.New(e.Name, e.AccountID, e.Region).Bucket("state-logs")
	if over := len(bucket) - names.MaxBucket; over > 0 && accountID.MatchString(e.AccountID) {
		v.fail(key, e.Name, fmt.Sprintf("makes the bucket name %q %d characters long, and S3 allows %d: shorten it by %d",
			bucket, len(bucket), names.MaxBucket, over), "")
	}
}

// owner checks a team's name, which is the tag Owner of what it answers for.
func (v *validation) owner(key, owner, of, example string) {
	switch {
	case strings.TrimSpace(owner) == "":
		v.need(key, "", "must name the team that answers for "+of, example)
	case !tagValue.MatchString(owner):
		v.fail(key, owner, "must be at most 256 letters, digits, spaces and . : / = + - @ _, which is what AWS takes in a tag", example)
	}
}

func (v *validation) timeToLive(e *Environment) {
	hours := strconv.Itoa(e.TimeToLiveHours)
	switch {
	case e.TimeToLiveHours == 0:
	case e.Lifecycle != Ephemeral:
		v.fail("timeToLiveHours", hours, "only an ephemeral environment may be destroyed by the clock: leave it out, or make lifecycle ephemeral", "")
	case e.TimeToLiveHours < 0 || e.TimeToLiveHours > maxTimeToLiveHours:
		v.fail("timeToLiveHours", hours, fmt.Sprintf("must be 1 to %d hours", maxTimeToLiveHours), "6")
	}
}

func (v *validation) email(key, email string) {
	if address, err := mail.ParseAddress(email); err != nil || address.Address != email {
		v.need(key, email, "must be an e-mail address", "security@example.com")
	}
}

func (v *validation) retention(r Retention) {
	days := strconv.Itoa
	if !slices.Contains(logRetentions, r.LogDays) {
		v.fail("retention.logDays", days(r.LogDays), fmt.Sprintf(
			"must be at least %d (controls NET-10, AUD-14) and a value that CloudWatch Logs knows: %s",
			minLogDays, strings.Trim(fmt.Sprint(logRetentions), "[]")), "")
	}
	if r.AuditDays < minLogDays || r.AuditDays > 36500 {
		v.fail("retention.auditDays", days(r.AuditDays), fmt.Sprintf("must be %d to 36500 days (control AUD-13)", minLogDays), "365")
	}
	if r.NoncurrentDays < 7 || r.NoncurrentDays > 3650 {
		v.fail("retention.noncurrentDays", days(r.NoncurrentDays), "must be 7 to 3650 days (control DAT-19)", "90")
	}
}

// principals checks ARNs of IAM roles or users, as kind says.
func (v *validation) principals(key, kind string, arns []string, account string) {
	example := "arn:aws:iam::" + account + ":" + kind + "/security-team"
	if len(arns) == 0 {
		v.need(key, "", "must list the ARN of at least one IAM "+kind, example)
	}
	seen := map[string]bool{}
	for i, arn := range arns {
		key := fmt.Sprintf("%s[%d]", key, i)
		match := iamARN.FindStringSubmatch(arn)
		switch {
		case match == nil || match[2] != kind:
			v.need(key, arn, "must be the ARN of one IAM "+kind+", without wildcards", example)
		case match[1] != account:
			v.fail(key, arn, "must be a "+kind+" of this account ("+account+")", example)
		case seen[arn]:
			v.fail(key, arn, "is listed twice", "")
		}
		seen[arn] = true
	}
}

func (v *validation) network(e *Environment) {
	vpc, ok := v.cidr("network.cidr", e.Network.CIDR)
	if ok && (vpc.Bits() < maxVPCBits || vpc.Bits() > minVPCBits) {
		v.fail("network.cidr", e.Network.CIDR, fmt.Sprintf("must be a /%d to a /%d", maxVPCBits, minVPCBits), "10.20.0.0/16")
	}
	if ok && !vpc.Addr().IsPrivate() {
		v.fail("network.cidr", e.Network.CIDR, "must be a private range (10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16)", "10.20.0.0/16")
	}
	if len(e.Network.Subnets) < 2 {
		v.fail("network.subnets", "", "must list at least two subnets, each in a zone of its own (control NET-02)", "")
	}
	zones := map[string]int{}
	var ranges []netip.Prefix
	for i, s := range e.Network.Subnets {
		key := fmt.Sprintf("network.subnets[%d]", i)
		if suffix, found := strings.CutPrefix(s.Zone, e.Region); !found || len(suffix) != 1 {
			v.need(key+".zone", s.Zone, "must be a zone of the region", e.Region+"a")
		} else if first, taken := zones[s.Zone]; taken {
			v.fail(key+".zone", s.Zone, fmt.Sprintf("is already used by network.subnets[%d]; each subnet needs a zone of its own (control NET-02)", first), "")
		}
		zones[s.Zone] = i
		subnet, ok := v.cidr(key+".cidr", s.CIDR)
		ranges = append(ranges, subnet)
		if !ok {
			continue
		}
		if subnet.Bits() > minSubnetBits {
			v.fail(key+".cidr", s.CIDR, fmt.Sprintf("is too small: it must be a /%d or larger, to hold the endpoints and the jobs", minSubnetBits), "10.20.0.0/20")
		}
		if vpc.IsValid() && (subnet.Bits() < vpc.Bits() || !vpc.Contains(subnet.Addr())) {
			v.fail(key+".cidr", s.CIDR, "must lie inside network.cidr ("+vpc.String()+")", "")
		}
		for j, other := range ranges[:i] {
			if other.IsValid() && other.Overlaps(subnet) {
				v.fail(key+".cidr", s.CIDR, fmt.Sprintf("overlaps network.subnets[%d].cidr (%s)", j, other), "")
			}
		}
	}
	known := append(slices.Clone(InterfaceEndpoints), InstanceEndpoints...)
	for i, name := range e.Network.UnavailableEndpoints {
		if !slices.Contains(known, name) {
			v.fail(fmt.Sprintf("network.unavailableEndpoints[%d]", i), name, "must be one of "+strings.Join(known, ", "), "")
		}
	}
}

// cidr reads an IPv4 range written with its first address.
func (v *validation) cidr(key, value string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(value)
	if err != nil || !p.Addr().Is4() {
		v.need(key, value, "must be an IPv4 range", "10.20.0.0/16")
		return netip.Prefix{}, false
	}
	if p != p.Masked() {
		v.fail(key, value, "must start at the first address of its range", p.Masked().String())
		return netip.Prefix{}, false
	}
	return p, true
}
