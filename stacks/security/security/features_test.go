package security

import (
	"fmt"
	"testing"

	"github.com/ringfence/ringfence/shared/record"
)

// What guards the account as a whole is there where the file asks for it, set as
// the controls want it, and nowhere else (controls IAM-10 and IAM-27 to IAM-33).
func TestUnitAccountGuardsFollowTheFile(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	const analyzer = "aws:accessanalyzer/analyzer:Analyzer"
	optional := []struct {
		resourceType, name string
		want               map[string]any
	}{
		{"aws:iam/accountPasswordPolicy:AccountPasswordPolicy", "account", map[string]any{
			"minimumPasswordLength": 14.0, "passwordReusePrevention": 24.0, "requireLowercaseCharacters": true,
			"requireUppercaseCharacters": true, "requireNumbers": true, "requireSymbols": true,
		}},
		{analyzer, "unused-access", map[string]any{
			"type": "ACCOUNT_UNUSED_ACCESS", "configuration": map[string]any{"unusedAccess": map[string]any{"unusedAccessAge": 45.0}},
		}},
		{"aws:iam/role:Role", "support", map[string]any{"name": "ringfence-full-support"}},
		{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "support", map[string]any{"policyArn": "arn:aws-us-gov:iam::aws:policy/AWSSupportAccess"}},
		{"aws:ebs/encryptionByDefault:EncryptionByDefault", "account", map[string]any{"enabled": true}},
		{"aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", "account", map[string]any{"httpTokens": "required"}},
		{"aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "account", map[string]any{"state": "block-all-sharing"}},
		{"aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account", map[string]any{
			"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true,
		}},
		{"aws:account/alternativeContact:AlternativeContact", "security", map[string]any{"alternateContactType": "SECURITY", "emailAddress": "security@example.com"}},
		{"aws:iam/policy:Policy", "ml-guard-instances", nil},
	}
	full, minimal := suite.Record(t, "full"), suite.Record(t, "minimal")
	for _, o := range optional {
		resource, ok := full.Find(o.resourceType, o.name)
		if !ok {
			t.Errorf("full: no %s %s", o.resourceType, o.name)
		}
		for key, want := range o.want {
			if got := resource.Inputs[key]; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s %s: %s is %v, want %v", o.resourceType, o.name, key, got, want)
			}
		}
		if resource, ok := minimal.Find(o.resourceType, o.name); ok {
			t.Errorf("minimal: %s %s is there: %v", o.resourceType, o.name, resource.Inputs)
		}
	}
	for environment, recording := range map[string]*record.Recording{"full": full, "minimal": minimal} {
		if external, _ := recording.Find(analyzer, "external-access"); external.Inputs["type"] != "ACCOUNT" {
			t.Errorf("%s: the analyzer for external access is %v (control IAM-28)", environment, external.Inputs)
		}
	}
	// An account has one provider for GitHub: the file of full names it.
	const provider = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
	if _, made := full.Find(provider, "github"); made {
		t.Error("full: the provider for GitHub is made though the file names one")
	}
	if _, made := minimal.Find(provider, "github"); !made {
		t.Error("minimal: no provider for GitHub (control IAM-10)")
	}
}
