package policylint

// Rule is one kind of fault.
type Rule struct {
	// ID is what tests and programs know the rule by.
	ID string
	// Title says what holds.
	Title string
	// Source is the page of AWS's documentation that says so.
	Source string
	// Remedy is the way out.
	Remedy string
}

const reference = "Service Authorization Reference"

// The rules.
var (
	Grammar = rule("grammar", "A policy is of the policy language.",
		"IAM User Guide, Grammar of the IAM JSON policy language",
		"AWS would refuse the document; write it as the grammar says")
	Version = rule("version", "A policy has the current version.",
		"IAM User Guide, IAM JSON policy elements: Version",
		"write 2012-10-17")
	Sid = rule("sid", "A Sid of an identity or trust policy is letters and digits.",
		"IAM User Guide, IAM JSON policy elements: Sid",
		"use letters and digits only")
	UnknownAction = rule("unknown-action", "An action exists; one with wildcards matches at least one.",
		reference,
		"check the spelling; if it is new, take the newest reference with `make reference`")
	ForeignAction = rule("foreign-action", "The policy of a resource is about actions of its own service.",
		"IAM User Guide, Identity-based policies and resource-based policies",
		"take the action out")
	UnknownKey = rule("unknown-key", "A condition key exists.",
		reference,
		"check the spelling; if it is new, take the newest reference with `make reference`")
	DeprecatedKey = rule("deprecated-key", "A condition key is not deprecated.",
		reference,
		"use the key that replaced it")
	UnsupportedKey = rule("unsupported-key", "An action knows every key that its statement asks about.",
		reference,
		"give the actions that know the key a statement of their own")
	ServiceKey = rule("service-key", "What only services send is not asked of roles.",
		"IAM User Guide, AWS global condition context keys",
		"a session never has it; ask for the key of the principal instead")
	OperatorType = rule("operator-type", "An operator is for values of the key's type.",
		"IAM User Guide, IAM JSON policy elements: Condition operators",
		"use the operator of the key's type")
	MissingSetOperator = rule("missing-set-operator", "A key with many values is compared with a set operator.",
		"IAM User Guide, Single-valued vs. multivalued context keys",
		"put ForAnyValue: or ForAllValues: before the operator")
	NeedlessSetOperator = rule("needless-set-operator", "A key with one value is compared without a set operator.",
		"IAM User Guide, Single-valued vs. multivalued context keys",
		"leave out the set operator; with ForAllValues: an absent key would pass")
	OpenForAllValues = rule("open-for-all-values", "An Allow with ForAllValues wants the key to be there.",
		"IAM User Guide, Set operators for multivalued context keys",
		`add "Null": {key: "false"}, for ForAllValues: holds when the key is absent`)
	ValueShape = rule("value-shape", "A value is of the form that the key has.",
		"IAM User Guide, AWS global condition context keys",
		"write the value as AWS sends it")
	ResourceShape = rule("resource-shape", "A resource is of a type that one of the actions is about.",
		reference,
		"write the ARN in the form that the reference gives, or take it out")
	NoResource = rule("no-resource", "An action finds a resource of a type that it is about.",
		reference,
		`name such a resource, or "*" where the action is about none`)
	ForeignResource = rule("foreign-resource", "A resource is in this partition, and a bucket's policy is about that bucket.",
		"Amazon S3 User Guide, Bucket policies for Amazon S3",
		"name the resource that the policy is for")
	Principal = rule("principal", "A principal is one that AWS takes.",
		"IAM User Guide, AWS JSON policy elements: Principal",
		"write an account, role, user, service or identity provider in full")
	UnknownService = rule("unknown-service", "A service principal exists.",
		"IAM User Guide, AWS services that work with IAM",
		"check the spelling; if the service has this name, add it to services.go")
	PrincipalAction = rule("principal-action", "A principal takes a role in the way that it can.",
		"IAM User Guide, Methods to assume a role",
		"sts:AssumeRole is for roles, users and services, AssumeRoleWithWebIdentity for OIDC, AssumeRoleWithSAML for SAML")
	Size = rule("size", "A policy is not longer than AWS takes.",
		"IAM User Guide, IAM and AWS STS quotas",
		"split it, or say less")
	Attachments = rule("attachments", "A role has at most ten managed policies.",
		"IAM User Guide, IAM and AWS STS quotas",
		"put policies together")
	Duplicate = rule("duplicate", "Nothing is said twice.",
		"IAM User Guide, IAM Access Analyzer policy check reference",
		"take one out")
)

// Rules are all rules.
var Rules []*Rule

func rule(id, title, source, remedy string) *Rule {
	r := &Rule{id, title, source, remedy}
	Rules = append(Rules, r)
	return r
}
