package access

import (
	"slices"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
)

// workloads is what each needs to run, besides its data and its models: it writes
// its own logs and metrics and pulls its image, as far as its service leaves that
// to its role.
func (r *report) workloads() {
	managed := []config.Service{config.SageMaker, config.EC2}
	other := r.names.LogGroupARN("trail") + ":log-stream:x"
	r.section("What a workload needs to run", "", "workload", "its logs", "logs of the trail", "its metrics", "metrics of others", "pulls images", "pushes images")
	for _, w := range r.environment.Workloads {
		logs := map[config.Service]string{
			config.SageMaker: "/aws/sagemaker/TrainingJobs", config.Lambda: "/aws/lambda/" + r.names.Of(w.Name), config.EC2: "/" + r.names.Of(w.Name) + "/app",
			config.Bedrock: "/none",
		}[w.RunsOn]
		namespace := map[config.Service]string{config.SageMaker: "/aws/sagemaker/TrainingJobs", config.EC2: r.names.Of(w.Name)}[w.RunsOn]
		metrics := func(namespace string) access.Way {
			return access.Way{Context: iameval.Context{"cloudwatch:namespace": {namespace}}}
		}
		cells := []string{w.Name + " on " + string(w.RunsOn)}
		for _, need := range []struct {
			way         access.Way
			action, arn string
			want        bool
		}{
			{access.Plain, "logs:PutLogEvents", r.names.ARN("logs", "log-group:"+logs+":log-stream:x"), w.RunsOn != config.Bedrock},
			{access.Plain, "logs:PutLogEvents", other, false},
			{metrics(namespace), "cloudwatch:PutMetricData", "*", slices.Contains(managed, w.RunsOn)},
			{metrics("AWS/EC2"), "cloudwatch:PutMetricData", "*", false},
			{access.Plain, "ecr:BatchGetImage", r.names.ARN("ecr", "repository/x"), slices.Contains(managed, w.RunsOn)},
			{access.Plain, "ecr:PutImage", r.names.ARN("ecr", "repository/x"), false},
		} {
			d := r.ask(r.session(w.Name), need.way, need.action, need.arn)
			if (d.Verdict == iameval.Allow) != need.want {
				r.t.Errorf("%s: %s on %s: %s", w.Name, need.action, need.arn, d)
			}
			cells = append(cells, string(d.Verdict))
		}
		r.row(cells...)
	}
}

// beyond is what somebody who took over a workload tries next.
func (r *report) beyond() {
	role := r.own("role", "break-glass")
	// Not every call passes the endpoint of S3.
	fromWithin := access.Way{Context: r.model.Inside().Context}
	rows := []struct{ action, arn string }{
		{"sts:AssumeRole", role},
		{"iam:PassRole", role},
		{"iam:CreateRole", r.names.IAMARN("role/new")},
		{"iam:PutRolePolicy", role},
		{"iam:CreateAccessKey", r.names.IAMARN("user/eve")},
		{"s3:ListAllMyBuckets", "*"},
		{"s3:GetBucketPolicy", r.names.BucketARN("data")},
		{"s3:PutBucketPolicy", r.names.BucketARN("data")},
		{"s3:DeleteObjectVersion", r.names.BucketARN("data") + "/" + config.SharedPrefix + "x"},
		{"s3:GetObject", r.names.BucketARN("audit") + "/AWSLogs/x"},
		{"s3:GetObject", r.names.BucketARN("state") + "/.pulumi/stacks/x.json"},
		{"kms:CreateGrant", r.key("data")},
		{"kms:Decrypt", r.key("audit")},
		{"secretsmanager:GetSecretValue", r.names.ARN("secretsmanager", "secret:x")},
		{"ssm:GetParameter", r.names.ARN("ssm", "parameter/x")},
		{"sagemaker:CreateTrainingJob", r.names.ARN("sagemaker", "training-job/x")},
		{"sagemaker:CreatePresignedNotebookInstanceUrl", r.names.ARN("sagemaker", "notebook-instance/x")},
		{"lambda:InvokeFunction", r.names.ARN("lambda", "function:x")},
		{"ec2:RunInstances", r.names.ARN("ec2", "instance/*")},
		{"ec2:AuthorizeSecurityGroupEgress", r.names.ARN("ec2", "security-group/g")},
		{"logs:GetLogEvents", r.names.LogGroupARN("trail") + ":log-stream:x"},
		{"cloudtrail:StopLogging", r.trail()},
	}
	r.section("What a workload tries that was taken over", "With its own grants, from inside the VPC.", "what", "allowed")
	for _, row := range rows {
		for _, w := range r.runsOn(config.SageMaker, config.EC2, config.Lambda, config.Bedrock) {
			if d := r.ask(r.session(w), fromWithin, row.action, row.arn); d.Verdict == iameval.Allow {
				r.t.Errorf("%s: %s on %s: %s", w, row.action, row.arn, d)
			}
		}
		r.row(row.action+" on "+r.short(row.arn), "nobody")
	}
}
