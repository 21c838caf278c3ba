package main

import (
	"net/http"
	"os"
	"strings"
	"testing"

	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const endpointVariable = "RINGFENCE_AWS_ENDPOINT"

// account is the emulated account that these tests work in. It is not moto's usual one, so that
// they and other users of the same emulator do not meet.
const account = "444455556666"

// startForEmulator starts a plugin that works on the emulated AWS.
func startForEmulator(t *testing.T) *aPlugin {
	t.Helper()
	endpoint := os.Getenv(endpointVariable)
	if endpoint == "" {
		t.Fatalf("set %s to the address of an emulated AWS, such as http://127.0.0.1:5000 of a moto server", endpointVariable)
	}
	t.Setenv("AWS_ENDPOINT_URL", endpoint)
	p := startPlugin(t)
	p.configure(t)
	return p
}

func TestEmulatorLifeOfResources(t *testing.T) {
	p := startForEmulator(t)

	key := p.create(t, "aws:kms/key:Key", "data", map[string]any{
		"description": "data", "deletionWindowInDays": 7,
	})
	bucket := p.create(t, "aws:s3/bucketV2:BucketV2", "Trail", map[string]any{"forceDestroy": true})
	if name := bucket.outputs["bucket"].StringValue(); !strings.HasPrefix(name, "trail-") {
		t.Errorf("bucket is named %q, want a name made of the resource's", name)
	}
	arn := bucket.outputs["arn"].StringValue()
	p.create(t, "aws:s3/bucketVersioningV2:BucketVersioningV2", "trail", map[string]any{
		"bucket": bucket.id, "versioningConfiguration": map[string]any{"status": "Enabled"},
	})
	// The SDK takes policies as text; the plugin takes them as objects as well.
	p.create(t, "aws:s3/bucketPolicy:BucketPolicy", "trail", map[string]any{
		"bucket": bucket.id,
		"policy": map[string]any{
			"Version": "2012-10-17",
			"Statement": []any{map[string]any{
				"Effect": "Allow", "Action": "s3:*", "Resource": []any{arn, arn + "/*"},
				"Principal": map[string]any{"Service": "cloudtrail.amazonaws.com"},
			}},
		},
	})
	trail := p.create(t, "aws:cloudtrail/trail:Trail", "trail", map[string]any{
		"s3BucketName": bucket.id, "kmsKeyId": key.outputs["arn"].StringValue(),
		"enableLogFileValidation": true, "isMultiRegionTrail": true,
	})
	p.removeTrail(t, trail)
	role := p.create(t, "aws:iam/role:Role", "training", map[string]any{
		"assumeRolePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
			`"Action":"sts:AssumeRole","Principal":{"Service":"sagemaker.amazonaws.com"}}]}`,
	})
	network := p.create(t, "aws:ec2/vpc:Vpc", "main", map[string]any{
		"cidrBlock": "10.20.0.0/16", "tags": map[string]any{"Name": "main"},
	})
	subnet := p.create(t, "aws:ec2/subnet:Subnet", "a", map[string]any{
		"vpcId": network.id, "cidrBlock": "10.20.1.0/24", "availabilityZone": "eu-central-1a",
	})
	endpoint := p.create(t, "aws:ec2/vpcEndpoint:VpcEndpoint", "s3", map[string]any{
		"vpcId": network.id, "serviceName": "com.amazonaws.eu-central-1.s3", "vpcEndpointType": "Gateway",
	})

	for _, r := range []*aResource{key, bucket, trail, role, network, subnet, endpoint} {
		if d := p.diff(t, r, r.inputs); d.Changes != pulumirpc.DiffResponse_DIFF_NONE {
			t.Errorf("%s: the same inputs differ in %v", r.urn, d.Diffs)
		}
		if found := p.read(t, r); found["arn"].StringValue() != r.outputs["arn"].StringValue() {
			t.Errorf("%s: read finds ARN %v, created was %v", r.urn, found["arn"], r.outputs["arn"])
		}
		if tags := r.outputs["tagsAll"].ObjectValue(); tags["project"].StringValue() != "ringfence" {
			t.Errorf("%s: the provider's default tag is not in tagsAll: %v", r.urn, tags)
		}
	}

	inputs := network.inputs.Copy()
	inputs["tags"] = pulumi.NewObjectProperty(pulumi.PropertyMap{"Name": pulumi.NewStringProperty("other")})
	if d := p.diff(t, network, inputs); d.Changes != pulumirpc.DiffResponse_DIFF_SOME || len(d.Replaces) > 0 {
		t.Errorf("a changed tag of a VPC is %v and replaces %v, want an update", d.Changes, d.Replaces)
	}
	inputs["cidrBlock"] = pulumi.NewStringProperty("10.30.0.0/16")
	if d := p.diff(t, network, inputs); len(d.Replaces) == 0 {
		t.Errorf("a changed CIDR of a VPC is %v, want a replacement", d.Changes)
	}
}

// removeTrail removes a trail when the test is over. moto ignores its deletion by ARN, which is
// how the provider asks for it, and finds the trail again in place of later ones.
func (p *aPlugin) removeTrail(t *testing.T, trail *aResource) {
	t.Helper()
	t.Cleanup(func() {
		request, err := http.NewRequest(http.MethodPost, os.Getenv(endpointVariable),
			strings.NewReader(`{"Name":"`+trail.outputs["name"].StringValue()+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		request.Header.Set("X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DeleteTrail")
		request.Header.Set("X-Moto-Account-Id", account)
		request.Header.Set("Authorization",
			"AWS4-HMAC-SHA256 Credential=AKIAQZXEMULATED/20260101/eu-central-1/cloudtrail/aws4_request")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("remove trail: %s %v", response.Status, err)
		}
	})
}

func TestEmulatorFunctions(t *testing.T) {
	p := startForEmulator(t)
	for _, f := range []struct {
		token, result, want string
		arguments           map[string]any
	}{
		{"aws:index/getCallerIdentity:getCallerIdentity", "accountId", account, nil},
		{"aws:index/getRegion:getRegion", "name", "eu-central-1", nil},
		{"aws:index/getPartition:getPartition", "dnsSuffix", "amazonaws.com", nil},
		{"aws:ec2/getVpcEndpointService:getVpcEndpointService", "serviceType", "Gateway",
			map[string]any{"service": "s3", "serviceType": "Gateway"}},
	} {
		r, err := p.Invoke(t.Context(), &pulumirpc.InvokeRequest{
			Tok: f.token, Args: encode(t, pulumi.NewPropertyMapFromMap(f.arguments)),
		})
		if err != nil {
			t.Errorf("%s: %v", f.token, err)
			continue
		}
		if got := decode(t, r.Return)[pulumi.PropertyKey(f.result)]; !got.IsString() || got.StringValue() != f.want {
			t.Errorf("%s: %s is %v, want %q; failures %v", f.token, f.result, got, f.want, r.Failures)
		}
	}
}

// Several engines may use one plugin, each of which configures it.
func TestEmulatorSecondConfigure(t *testing.T) {
	p := startForEmulator(t)
	first := p.create(t, "aws:sns/topic:Topic", "first", nil)
	p.configure(t)
	if found := p.read(t, first); len(found) == 0 {
		t.Error("after a second Configure the plugin does not find what it made before")
	}
}
