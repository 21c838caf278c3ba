package config

// Features are the optional controls, each off when left out. They are optional
// because they exist once per account or region and may be managed elsewhere,
// because they cost money by use, or because the emulator lacks them: Optional
// says which and why.
type Features struct {
	// InstanceEndpoints adds interface endpoints for ec2 and ssm, which instances
	// under Systems Manager need (control NET-18).
	InstanceEndpoints bool `yaml:"instanceEndpoints"`
	// BlockPublicVPC blocks internet gateways for every VPC of the region
	// (control NET-21).
	BlockPublicVPC bool `yaml:"blockPublicVpc"`
	// DNSFirewall logs the VPC's DNS queries and answers only for names of AWS
	// (control NET-23).
	DNSFirewall bool `yaml:"dnsFirewall"`
	// InstanceTypes are the only instance types that SageMaker jobs may run on,
	// such as ml.m5.xlarge; empty allows all (control IAM-19).
	InstanceTypes []string `yaml:"instanceTypes"`
	// PasswordPolicy sets the account's password policy (control IAM-27).
	PasswordPolicy bool `yaml:"passwordPolicy"`
	// UnusedAccessAnalyzer reports permissions that nobody has used for 45 days
	// (control IAM-29).
	UnusedAccessAnalyzer bool `yaml:"unusedAccessAnalyzer"`
	// SupportRole makes a role for AWS Support cases, assumed by these roles, by
	// ARN (control IAM-30).
	SupportRole []string `yaml:"supportRole"`
	// InstanceDefaults encrypts new volumes, demands IMDSv2 and blocks the sharing
	// of snapshots, for the whole region (control IAM-31).
	InstanceDefaults bool `yaml:"instanceDefaults"`
	// BlockPublicBuckets blocks public access to every bucket of the account
	// (control IAM-32).
	BlockPublicBuckets bool `yaml:"blockPublicBuckets"`
	// SecurityContact is the person whom AWS tells of security matters (control
	// IAM-33).
	SecurityContact *Contact `yaml:"securityContact"`
	// DataLockDays locks new objects of the data bucket for so many days; 0 does
	// not (control DAT-17).
	DataLockDays int `yaml:"dataLockDays"`
	// MalwareScan has GuardDuty scan what is put into the data bucket, and keeps
	// the workloads from reading what it has not found clean (control DAT-23).
	MalwareScan bool `yaml:"malwareScan"`
	// ReplicaRegion is the region that the data bucket is copied to; empty does
	// not (control DAT-26).
	ReplicaRegion string `yaml:"replicaRegion"`
	// MLDataEvents records the calls to models and to SageMaker's data plane in the
	// trail (control AUD-08).
	MLDataEvents bool `yaml:"mlDataEvents"`
	// TrailInsights has CloudTrail look for unusual rates of calls and errors
	// (control AUD-09).
	TrailInsights bool `yaml:"trailInsights"`
	// MLAlarms alarms on what attackers of AI workloads do (control AUD-32).
	MLAlarms bool `yaml:"mlAlarms"`
	// ModelInvocationLog keeps what is said to models and what they answer
	// (control AUD-33).
	ModelInvocationLog bool `yaml:"modelInvocationLog"`
	// ConfigRecorder records every resource's configuration (control AUD-34).
	ConfigRecorder bool `yaml:"configRecorder"`
	// SecurityHub checks the account against FSBP, CIS 5.0.0 and the AI Security
	// Best Practices (control AUD-35).
	SecurityHub bool `yaml:"securityHub"`
	// GuardDuty looks for threats, in S3 too (control AUD-36).
	GuardDuty bool `yaml:"guardDuty"`
	// Macie looks for personal data in the data bucket (control AUD-37).
	Macie bool `yaml:"macie"`
	// Inspector looks for known vulnerabilities in images, functions and instances
	// (control AUD-38).
	Inspector bool `yaml:"inspector"`
}

// Contact is a person whom AWS can reach.
type Contact struct {
	// Name is the person's or team's name.
	Name string `yaml:"name"`
	// Title is what they are, such as Head of Security.
	Title string `yaml:"title"`
	// Email is their e-mail address.
	Email string `yaml:"email"`
	// Phone is their telephone number, such as +49 30 123456.
	Phone string `yaml:"phone"`
}

// Option is what there is to know of an optional control.
type Option struct {
	// Feature is the key in the environment file, below features.
	Feature string `json:"feature"`
	// Control is its id in the catalogue.
	Control string `json:"control"`
	// Why says why the control is not on by default.
	Why string `json:"why"`
	// EmulatorLacks names what the emulator does not have; empty where the feature
	// works there.
	EmulatorLacks string `json:"emulatorLacks,omitempty"`

	on func(Features) bool
}

// On reports whether the environment has the feature.
func (o Option) On(e *Environment) bool { return o.on(e.Features) }

// The reasons for which a control is optional.
const (
	oncePerAccount = "exists once per account, and may be managed elsewhere"
	oncePerRegion  = "exists once per account and region, and may be managed elsewhere"
	costs          = "costs money by use"
)

// Options are all optional controls, in the order of the catalogue.
var Options = []Option{
	{"instanceEndpoints", "NET-18", "costs money by the hour; only instances under Systems Manager need it", "",
		func(f Features) bool { return f.InstanceEndpoints }},
	{"blockPublicVpc", "NET-21", oncePerRegion, "EC2 ModifyVpcBlockPublicAccessOptions",
		func(f Features) bool { return f.BlockPublicVPC }},
	{"dnsFirewall", "NET-23", costs, "Route 53 Resolver DNS Firewall and query logging",
		func(f Features) bool { return f.DNSFirewall }},
	{"instanceTypes", "IAM-19", "depends on what the workloads need", "",
		func(f Features) bool { return len(f.InstanceTypes) > 0 }},
	{"passwordPolicy", "IAM-27", oncePerAccount, "",
		func(f Features) bool { return f.PasswordPolicy }},
	{"unusedAccessAnalyzer", "IAM-29", costs, "IAM Access Analyzer",
		func(f Features) bool { return f.UnusedAccessAnalyzer }},
	{"supportRole", "IAM-30", "needs to know who opens support cases", "",
		func(f Features) bool { return len(f.SupportRole) > 0 }},
	{"instanceDefaults", "IAM-31", oncePerRegion, "EC2 ModifyInstanceMetadataDefaults and EnableSnapshotBlockPublicAccess",
		func(f Features) bool { return f.InstanceDefaults }},
	{"blockPublicBuckets", "IAM-32", oncePerAccount, "S3 Control at the address of the account",
		func(f Features) bool { return f.BlockPublicBuckets }},
	{"securityContact", "IAM-33", "needs to know whom to call; " + oncePerAccount, "",
		func(f Features) bool { return f.SecurityContact != nil }},
	{"dataLockDays", "DAT-17", "keeps workloads from deleting for good what they wrote; nobody can take the lock off a bucket", "",
		func(f Features) bool { return f.DataLockDays > 0 }},
	{"malwareScan", "DAT-23", costs, "GuardDuty Malware Protection for S3",
		func(f Features) bool { return f.MalwareScan }},
	{"replicaRegion", "DAT-26", costs + ", and moves data to another region", "a second region: one provider process serves all stacks there",
		func(f Features) bool { return f.ReplicaRegion != "" }},
	{"mlDataEvents", "AUD-08", costs, "",
		func(f Features) bool { return f.MLDataEvents }},
	{"trailInsights", "AUD-09", costs, "",
		func(f Features) bool { return f.TrailInsights }},
	{"mlAlarms", "AUD-32", costs, "",
		func(f Features) bool { return f.MLAlarms }},
	{"modelInvocationLog", "AUD-33", oncePerRegion + "; prompts and answers may be personal data", "",
		func(f Features) bool { return f.ModelInvocationLog }},
	{"configRecorder", "AUD-34", oncePerRegion + "; " + costs, "",
		func(f Features) bool { return f.ConfigRecorder }},
	{"securityHub", "AUD-35", oncePerRegion + "; " + costs, "Security Hub UpdateSecurityHubConfiguration",
		func(f Features) bool { return f.SecurityHub }},
	{"guardDuty", "AUD-36", oncePerRegion + "; " + costs, "",
		func(f Features) bool { return f.GuardDuty }},
	{"macie", "AUD-37", oncePerRegion + "; " + costs, "",
		func(f Features) bool { return f.Macie }},
	{"inspector", "AUD-38", oncePerRegion + "; " + costs, "SSM CreatePatchBaseline with tags",
		func(f Features) bool { return f.Inspector }},
}

// ofTheAccount lists the features that are on and reach beyond what has the names
// of the environment.
func (f Features) ofTheAccount() []string {
	var on []string
	for _, feature := range []struct {
		name string
		on   bool
	}{
		{"blockPublicBuckets", f.BlockPublicBuckets},
		{"blockPublicVpc", f.BlockPublicVPC},
		{"configRecorder", f.ConfigRecorder},
		{"dnsFirewall", f.DNSFirewall},
		{"guardDuty", f.GuardDuty},
		{"inspector", f.Inspector},
		{"instanceDefaults", f.InstanceDefaults},
		{"macie", f.Macie},
		{"malwareScan", f.MalwareScan},
		{"modelInvocationLog", f.ModelInvocationLog},
		{"passwordPolicy", f.PasswordPolicy},
		{"replicaRegion", f.ReplicaRegion != ""},
		{"securityContact", f.SecurityContact != nil},
		{"securityHub", f.SecurityHub},
		{"supportRole", len(f.SupportRole) > 0},
	} {
		if feature.on {
			on = append(on, feature.name)
		}
	}
	return on
}
