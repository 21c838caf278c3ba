package live

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// probe names whatever an attempt would make.
const probe = "live-probe"

// Attempts are made with the sandbox's own roles. S3 does not say which denial
// refused a call. A deployer may list the data bucket from anywhere, so plain HTTP has
// a twin; what is put there from outside the VPC is refused for that as well.
func Attempts() []Attempt {
	return []Attempt{
		{Name: "plain HTTP to the data bucket", Control: "DAT-09", Do: list(true), Twin: list(false)},
		{Name: "an object from outside the endpoint", Control: "DAT-14", Do: put(func(*Estate, *s3.PutObjectInput) {}), Undo: remove},
		{Name: "an object with a foreign key", Control: "DAT-12", Do: put(func(e *Estate, in *s3.PutObjectInput) {
			in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, aws.String(e.Names.ARN("kms", "alias/aws/s3"))
		}), Undo: remove},
		{Name: "an object with a key of the caller (SSE-C)", Control: "DAT-13", Do: put(withOwnKey), Undo: remove},
		{Name: "an object without the data key", Control: "DAT-11", Do: put(func(_ *Estate, in *s3.PutObjectInput) {
			in.ServerSideEncryption = types.ServerSideEncryptionAes256
		}), Undo: remove},
		{Name: "an estate's role stops the trail", Control: "IAM-24", Do: stopLogging, Undo: startLogging},
		{Name: "an estate's role leaves the region", Control: "IAM-25", Do: leaveRegion},
		{Name: "a SageMaker job without a VPC", Control: "IAM-13", Do: jobWithoutVPC},
		{Name: "the integration role changes itself", Control: "IAM-11", Do: changeItself, Undo: changeBack},
		{Name: "the integration role makes a role without the boundary", Control: "IAM-06", Do: roleWithoutBoundary, Undo: deleteRole},
	}
}

func list(plainly bool) func(context.Context, *Estate) error {
	return func(ctx context.Context, e *Estate) error {
		_, err := e.s3(plainly).ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: e.data(), MaxKeys: aws.Int32(1)})
		return err
	}
}

func put(how func(*Estate, *s3.PutObjectInput)) func(context.Context, *Estate) error {
	return func(ctx context.Context, e *Estate) error {
		in := &s3.PutObjectInput{Bucket: e.data(), Key: aws.String(probe), Body: strings.NewReader("x")}
		how(e, in)
		_, err := e.s3(false).PutObject(ctx, in)
		return err
	}
}

func withOwnKey(_ *Estate, in *s3.PutObjectInput) {
	key := []byte(strings.Repeat("k", 32))
	sum := md5.Sum(key) // what S3 wants beside the key; no secret depends on it
	in.SSECustomerAlgorithm = aws.String("AES256")
	in.SSECustomerKey = aws.String(base64.StdEncoding.EncodeToString(key))
	in.SSECustomerKeyMD5 = aws.String(base64.StdEncoding.EncodeToString(sum[:]))
}

func remove(ctx context.Context, e *Estate) error {
	_, err := e.s3(false).DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: e.data(), Key: aws.String(probe)})
	return err
}

func stopLogging(ctx context.Context, e *Estate) error {
	_, err := cloudtrail.NewFromConfig(e.Scientist).StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: aws.String(e.Names.Of("trail"))})
	return err
}

func startLogging(ctx context.Context, e *Estate) error {
	_, err := cloudtrail.NewFromConfig(e.Integration).StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String(e.Names.Of("trail"))})
	return err
}

func leaveRegion(ctx context.Context, e *Estate) error {
	elsewhere := "us-east-1"
	if e.Names.Region == elsewhere {
		elsewhere = "us-west-2"
	}
	_, err := ec2.NewFromConfig(e.Scientist, func(o *ec2.Options) { o.Region = elsewhere }).DescribeVpcs(ctx, &ec2.DescribeVpcsInput{})
	return err
}

// A job that starts in spite of all ends by itself after a minute.
func jobWithoutVPC(ctx context.Context, e *Estate) error {
	return call(ctx, e.Scientist, "CreateTrainingJob", map[string]any{
		"TrainingJobName": e.Names.Of(probe),
		"RoleArn":         e.Names.IAMARN("role/" + e.Names.Of("ml-service")),
		"AlgorithmSpecification": map[string]any{
			"TrainingImage": e.Names.Account + ".dkr.ecr." + e.Names.Region + ".amazonaws.com/" + probe + ":1", "TrainingInputMode": "File",
		},
		"OutputDataConfig":  map[string]any{"S3OutputPath": "s3://" + *e.data() + "/shared/"},
		"ResourceConfig":    map[string]any{"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
		"StoppingCondition": map[string]any{"MaxRuntimeInSeconds": 60},
	})
}

// nothing is a policy that changes nothing for anybody.
const nothing = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`

func changeItself(ctx context.Context, e *Estate) error {
	_, err := iam.NewFromConfig(e.Integration).PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: &e.Role, PolicyName: aws.String(probe), PolicyDocument: aws.String(nothing),
	})
	return err
}

func changeBack(ctx context.Context, e *Estate) error {
	_, err := iam.NewFromConfig(e.Integration).DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &e.Role, PolicyName: aws.String(probe)})
	return err
}

func roleWithoutBoundary(ctx context.Context, e *Estate) error {
	_, err := iam.NewFromConfig(e.Integration).CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String(e.Names.Of(probe)), AssumeRolePolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	})
	return err
}

func deleteRole(ctx context.Context, e *Estate) error {
	_, err := iam.NewFromConfig(e.Integration).DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String(e.Names.Of(probe))})
	return err
}
