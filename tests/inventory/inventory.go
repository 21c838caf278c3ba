// Package inventory reads an account through the AWS API, as anybody who is not
// Pulumi would: what is there, and how it is set.
package inventory

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Account is an AWS account, emulated or not.
type Account struct {
	CloudTrail *cloudtrail.Client
	CloudWatch *cloudwatch.Client
	EC2        *ec2.Client
	IAM        *iam.Client
	KMS        *kms.Client
	Logs       *cloudwatchlogs.Client
	S3         *s3.Client
	SNS        *sns.Client
	SQS        *sqs.Client
}

// Connect opens the account at RINGFENCE_AWS_ENDPOINT with the credentials of
// the process environment.
func Connect(ctx context.Context, t testing.TB) *Account {
	t.Helper()
	endpoint := os.Getenv("RINGFENCE_AWS_ENDPOINT")
	if endpoint == "" {
		t.Fatal("RINGFENCE_AWS_ENDPOINT is not set: run this through `make test`")
	}
	return At(ctx, t, endpoint)
}

// At opens the account at an endpoint.
func At(ctx context.Context, t testing.TB, endpoint string) *Account {
	t.Helper()
	a, err := Open(ctx, endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Open opens the account at an endpoint, with these credentials where it needs
// others than those of the process environment.
func Open(ctx context.Context, endpoint string, options ...func(*config.LoadOptions) error) (*Account, error) {
	cfg, err := config.LoadDefaultConfig(ctx, append([]func(*config.LoadOptions) error{
		config.WithRegion("eu-central-1"), config.WithBaseEndpoint(endpoint),
	}, options...)...)
	if err != nil {
		return nil, err
	}
	return &Account{
		CloudTrail: cloudtrail.NewFromConfig(cfg),
		CloudWatch: cloudwatch.NewFromConfig(cfg),
		EC2:        ec2.NewFromConfig(cfg),
		IAM:        iam.NewFromConfig(cfg),
		KMS:        kms.NewFromConfig(cfg),
		Logs:       cloudwatchlogs.NewFromConfig(cfg),
		S3:         s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }),
		SNS:        sns.NewFromConfig(cfg),
		SQS:        sqs.NewFromConfig(cfg),
	}, nil
}

// List returns one line per resource in the account, sorted, of every kind
// that the estate creates. Keys that are waiting for their deletion are not
// listed: nothing can delete them sooner.
func (a *Account) List(ctx context.Context, t testing.TB) []string {
	t.Helper()
	lines, err := a.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// Read returns what List does.
func (a *Account) Read(ctx context.Context) (lines []string, err error) {
	l := &list{ctx: ctx}
	for _, read := range []func(){
		func() { l.network(a.EC2) }, func() { l.identity(a.IAM) }, func() { l.keys(a.KMS) },
		func() { l.storage(a.S3) }, func() { l.monitoring(a) },
	} {
		if err := l.run(read); err != nil {
			return nil, err
		}
	}
	slices.Sort(l.lines)
	return l.lines, nil
}

// Owners returns the lines of Read that are about a part of a VPC, each with the VPC
// that AWS deletes it with or after.
func (a *Account) Owners(ctx context.Context) (map[string]string, error) {
	owners := map[string]string{}
	own := func(kind string, id, vpc *string) { owners[kind+" "+aws.ToString(id)] = "vpc " + aws.ToString(vpc) }
	groups, err := a.EC2.DescribeSecurityGroups(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, g := range groups.SecurityGroups {
		own("security group", g.GroupId, g.VpcId)
	}
	acls, err := a.EC2.DescribeNetworkAcls(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, n := range acls.NetworkAcls {
		own("network ACL", n.NetworkAclId, n.VpcId)
	}
	tables, err := a.EC2.DescribeRouteTables(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range tables.RouteTables {
		own("route table", r.RouteTableId, r.VpcId)
	}
	return owners, nil
}

type list struct {
	ctx   context.Context
	lines []string
}

func (l *list) add(kind string, id *string) { l.lines = append(l.lines, kind+" "+aws.ToString(id)) }

// failed is how a question that was not answered ends the reading.
type failed struct{ error }

func (l *list) check(err error) {
	if err != nil {
		panic(failed{err})
	}
}

func (l *list) run(read func()) (err error) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case failed:
			err = reason.error
		default:
			panic(reason)
		}
	}()
	read()
	return nil
}

func (l *list) network(c *ec2.Client) {
	vpcs, err := c.DescribeVpcs(l.ctx, nil)
	l.check(err)
	standing := map[string]bool{}
	for _, v := range vpcs.Vpcs {
		l.add("vpc", v.VpcId)
		standing[aws.ToString(v.VpcId)] = true
	}
	subnets, err := c.DescribeSubnets(l.ctx, nil)
	l.check(err)
	for _, s := range subnets.Subnets {
		l.add("subnet", s.SubnetId)
	}
	groups, err := c.DescribeSecurityGroups(l.ctx, nil)
	l.check(err)
	for _, g := range groups.SecurityGroups {
		l.add("security group", g.GroupId)
	}
	acls, err := c.DescribeNetworkAcls(l.ctx, nil)
	l.check(err)
	for _, n := range acls.NetworkAcls {
		// A VPC's default list goes with the VPC; moto keeps listing it.
		if standing[aws.ToString(n.VpcId)] {
			l.add("network ACL", n.NetworkAclId)
		}
	}
	tables, err := c.DescribeRouteTables(l.ctx, nil)
	l.check(err)
	for _, r := range tables.RouteTables {
		l.add("route table", r.RouteTableId)
	}
	endpoints, err := c.DescribeVpcEndpoints(l.ctx, nil)
	l.check(err)
	for _, e := range endpoints.VpcEndpoints {
		if e.State != "deleted" {
			l.add("VPC endpoint", e.VpcEndpointId)
		}
	}
	logs, err := c.DescribeFlowLogs(l.ctx, nil)
	l.check(err)
	for _, f := range logs.FlowLogs {
		l.add("flow log", f.FlowLogId)
	}
}

func (l *list) identity(c *iam.Client) {
	roles, err := c.ListRoles(l.ctx, nil)
	l.check(err)
	for _, r := range roles.Roles {
		l.add("role", r.RoleName)
	}
	policies, err := c.ListPolicies(l.ctx, &iam.ListPoliciesInput{Scope: "Local"})
	l.check(err)
	for _, p := range policies.Policies {
		l.add("policy", p.PolicyName)
	}
	profiles, err := c.ListInstanceProfiles(l.ctx, nil)
	l.check(err)
	for _, p := range profiles.InstanceProfiles {
		l.add("instance profile", p.InstanceProfileName)
	}
}

func (l *list) keys(c *kms.Client) {
	aliases, err := c.ListAliases(l.ctx, nil)
	l.check(err)
	for _, a := range aliases.Aliases {
		l.add("key alias", a.AliasName)
	}
	keys, err := c.ListKeys(l.ctx, nil)
	l.check(err)
	for _, k := range keys.Keys {
		key, err := c.DescribeKey(l.ctx, &kms.DescribeKeyInput{KeyId: k.KeyId})
		l.check(err)
		if key.KeyMetadata.KeyState != kmstypes.KeyStatePendingDeletion {
			l.add("key", k.KeyId)
		}
	}
}

func (l *list) storage(c *s3.Client) {
	buckets, err := c.ListBuckets(l.ctx, nil)
	l.check(err)
	for _, b := range buckets.Buckets {
		l.add("bucket", b.Name)
	}
}

func (l *list) monitoring(a *Account) {
	groups, err := a.Logs.DescribeLogGroups(l.ctx, nil)
	l.check(err)
	for _, g := range groups.LogGroups {
		l.add("log group", g.LogGroupName)
	}
	filters, err := a.Logs.DescribeMetricFilters(l.ctx, nil)
	l.check(err)
	for _, f := range filters.MetricFilters {
		l.add("metric filter", f.FilterName)
	}
	alarms, err := a.CloudWatch.DescribeAlarms(l.ctx, nil)
	l.check(err)
	for _, m := range alarms.MetricAlarms {
		l.add("alarm", m.AlarmName)
	}
	topics, err := a.SNS.ListTopics(l.ctx, nil)
	l.check(err)
	for _, p := range topics.Topics {
		l.add("topic", p.TopicArn)
	}
	trails, err := a.CloudTrail.DescribeTrails(l.ctx, &cloudtrail.DescribeTrailsInput{})
	l.check(err)
	for _, r := range trails.TrailList {
		l.add("trail", r.Name)
	}
	queues, err := a.SQS.ListQueues(l.ctx, nil)
	l.check(err)
	for _, url := range queues.QueueUrls {
		l.add("queue", aws.String(url[strings.LastIndex(url, "/")+1:]))
	}
}
