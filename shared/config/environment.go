// Package config loads the environment files, stacks/environments/<name>.yaml.
//
// One file holds all that differs between environments, as plain values: what
// the programs create depends on it and never on the output of another stack.
// Unknown keys are refused, every problem is reported at once with its key,
// value, rule and an example, and a value left out never means "less secure".
package config

// Environment is the content of one environment file.
type Environment struct {
	// Name is the file's name without ".yaml".
	Name string `yaml:"-"`
	// Target says where the estate is deployed: "aws", or "emulator" for the
	// emulated AWS on this machine.
	Target Target `yaml:"target"`
	// Lifecycle decides how hard the estate is to delete: "ephemeral" leaves
	// nothing behind, "standard" protects what holds data, "protected" also
	// locks the audit log so that nobody can shorten it.
	Lifecycle Lifecycle `yaml:"lifecycle"`
	// TimeToLiveHours is how long a deployment of an ephemeral environment may
	// stand after its last update, in hours, 1 to 720; the janitor then destroys
	// it. Left out, it stands until somebody destroys it.
	TimeToLiveHours int `yaml:"timeToLiveHours"`
	// AccountID is the 12-digit AWS account. A deployment with credentials of
	// another account stops before it changes anything.
	AccountID string `yaml:"accountId"`
	// Region is the AWS region, such as eu-central-1.
	Region string `yaml:"region"`
	// Owner is the team that answers for the shared resources; it becomes
	// their Owner tag.
	Owner string `yaml:"owner"`
	// State says where Pulumi keeps the state of this environment.
	State State `yaml:"state"`
	// Network shapes the VPC.
	Network Network `yaml:"network"`
	// Retention says how long logs and old object versions are kept.
	Retention Retention `yaml:"retention"`
	// Access names the people's roles that may assume a role of the estate.
	Access Access `yaml:"access"`
	// GitHub names the repository whose workflows deploy the estate.
	GitHub GitHub `yaml:"github"`
	// Models says which models the workloads may call.
	Models Models `yaml:"models"`
	// Alarms says who hears of the security alarms.
	Alarms Alarms `yaml:"alarms"`
	// Features turns optional controls on.
	Features Features `yaml:"features"`
	// Workloads lists the AI and ML workloads. Each gets a role, grants on its
	// prefixes and the use of the data key for these, nothing more.
	Workloads []Workload `yaml:"workloads"`
}

// Target is where an environment is deployed.
type Target string

// The targets.
const (
	AWS      Target = "aws"
	Emulator Target = "emulator"
)

// State is the place of Pulumi's own state.
type State struct {
	// Backend is Pulumi's backend URL, such as s3://my-state-bucket or
	// https://api.pulumi.com. Left out, PULUMI_BACKEND_URL decides; the
	// emulator target keeps its state in the checkout.
	Backend string `yaml:"backend"`
	// SecretsProvider encrypts secrets in the state, such as
	// awskms://alias/my-key?region=eu-central-1. Left out, Pulumi's passphrase
	// provider is used.
	SecretsProvider string `yaml:"secretsProvider"`
}

// Network shapes the VPC.
type Network struct {
	// CIDR is the VPC's private IPv4 range, a /16 to a /24.
	CIDR string `yaml:"cidr"`
	// Subnets are the private subnets: at least two, each in a zone of its
	// own, inside the VPC's range, a /26 or larger.
	Subnets []Subnet `yaml:"subnets"`
	// UnavailableEndpoints lists interface endpoints that AWS does not offer
	// in this region (such as bedrock-agent), so that they are left out.
	UnavailableEndpoints []string `yaml:"unavailableEndpoints"`
}

// Subnet is one private subnet.
type Subnet struct {
	// Zone is the availability zone, such as eu-central-1a.
	Zone string `yaml:"zone"`
	// CIDR is the subnet's IPv4 range, such as 10.20.0.0/20.
	CIDR string `yaml:"cidr"`
}

// Retention says how long things are kept, in days.
type Retention struct {
	// LogDays is the retention of every CloudWatch log group: 365 or more,
	// and a value that CloudWatch Logs knows.
	LogDays int `yaml:"logDays"`
	// AuditDays is how long the audit bucket keeps the trail's files, 365 or
	// more. Outside ephemeral environments they are locked for as long.
	AuditDays int `yaml:"auditDays"`
	// NoncurrentDays is how long a replaced or deleted object of the data
	// bucket can still be recovered: 7 to 3650.
	NoncurrentDays int `yaml:"noncurrentDays"`
}

// Access names existing IAM principals of this account, by ARN, that may assume
// the roles of the estate or that deploy it. Each also needs a policy of its own
// that allows sts:AssumeRole.
type Access struct {
	// Auditors are roles, for instance of IAM Identity Center, whose people may
	// read the audit log.
	Auditors []string `yaml:"auditors"`
	// BreakGlass are IAM users with MFA who may assume the emergency role. A
	// role cannot: its session does not say whether its person used MFA.
	BreakGlass []string `yaml:"breakGlass"`
	// Deployers are the roles that run Pulumi. They may list the data bucket
	// from outside the VPC, which Pulumi's refresh needs.
	Deployers []string `yaml:"deployers"`
	// DataScientists are roles whose people may start the workloads' jobs; they never read the
	// workloads' data with their own role.
	DataScientists []string `yaml:"dataScientists"`
}

// GitHub names the repository whose workflows may assume the estate's roles for
// previews and deployments, and nothing else may.
type GitHub struct {
	// Repository is the repository as owner/name.
	Repository string `yaml:"repository"`
	// OwnerID and RepositoryID are GitHub's numbers for both. Repositories made
	// since July 2026 carry them in their tokens; an older one leaves them out.
	OwnerID      string `yaml:"ownerId"`
	RepositoryID string `yaml:"repositoryId"`
	// ProviderARN is the account's OIDC provider for GitHub, where it has one
	// already; an account has at most one. Left out, the security stack makes it.
	ProviderARN string `yaml:"providerArn"`
	// Integration has bootstrap make what a sandbox keeps: the role with which the
	// nightly workflow and the janitor deploy and destroy this ephemeral
	// environment, its estate's boundaries and the OIDC provider. An environment
	// with it is deployed under its own name only.
	Integration bool `yaml:"integration"`
}

// Models says which models of Bedrock the workloads may call.
type Models struct {
	// Allowed lists foundation models, such as amazon.nova-lite-v1:0; empty allows
	// none.
	Allowed []string `yaml:"allowed"`
	// Guardrail is the ARN of the Bedrock guardrail that every call must carry.
	// Left out, calls need none.
	Guardrail string `yaml:"guardrail"`
}

// Alarms says who hears of the security alarms.
type Alarms struct {
	// Emails are subscribed to the alarm topic; each must confirm.
	Emails []string `yaml:"emails"`
}

// Workload is one AI or ML workload.
type Workload struct {
	// Name names the workload and its role: lower-case letters, digits and
	// single hyphens.
	Name string `yaml:"name"`
	// Owner is the team that answers for the workload.
	Owner string `yaml:"owner"`
	// Kind is what the workload does: training, processing, notebook,
	// inference or agent.
	Kind Kind `yaml:"kind"`
	// RunsOn is the service that assumes the workload's role: sagemaker, ec2,
	// bedrock or lambda.
	RunsOn Service `yaml:"runsOn"`
	// Reads lists the prefixes of the data bucket that the workload reads,
	// such as raw/churn/. Bedrock reaches S3 from AWS's side and not through the
	// VPC, so a workload on it has no prefixes.
	Reads []string `yaml:"reads"`
	// Writes lists the prefixes that the workload reads, writes and deletes.
	// No two workloads may write the same place.
	Writes []string `yaml:"writes"`
	// Classification is the highest class of data the workload handles:
	// public, internal, confidential or restricted.
	Classification Classification `yaml:"classification"`
}

// Tags are on every resource of the environment's estate that can be tagged (control
// DAT-25); one may say of some otherwise.
func (e *Environment) Tags() map[string]string {
	return map[string]string{
		"ControlSet":         "ringfence",
		"DataClassification": "internal",
		"Environment":        e.Name,
		"ManagedBy":          "pulumi",
		"Owner":              e.Owner,
	}
}

// Kind is what a workload does.
type Kind string

// The kinds of workload.
const (
	Training   Kind = "training"
	Processing Kind = "processing"
	Notebook   Kind = "notebook"
	Inference  Kind = "inference"
	Agent      Kind = "agent"
)

// Service is the AWS service that a workload runs on.
type Service string

// The services a workload can run on.
const (
	SageMaker Service = "sagemaker"
	EC2       Service = "ec2"
	Bedrock   Service = "bedrock"
	Lambda    Service = "lambda"
)

// Principal is the service principal that assumes the workload's role.
func (s Service) Principal() string { return string(s) + ".amazonaws.com" }

// kinds says which kinds each service can run.
var kinds = map[Service][]Kind{
	SageMaker: {Training, Processing, Notebook, Inference},
	EC2:       {Training, Processing, Inference},
	Bedrock:   {Agent},
	Lambda:    {Processing, Inference, Agent},
}

// Classification is a class of data, as in the DataClassification tag.
type Classification string

// classifications, from the least to the most sensitive.
var classifications = []Classification{"public", "internal", "confidential", "restricted"}

// HighestClassification is the most sensitive class of data that any workload
// handles, or "internal" when there is none.
func (e *Environment) HighestClassification() Classification {
	highest := 1
	for _, w := range e.Workloads {
		for rank, c := range classifications {
			if w.Classification == c && rank > highest {
				highest = rank
			}
		}
	}
	return classifications[highest]
}
