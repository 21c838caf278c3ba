package authorization

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"
)

// The archive is the one that doc.go names, and it can be read whole.
func TestUnitReferenceIsThePinnedOne(t *testing.T) {
	archive, err := zip.NewReader(bytes.NewReader(reference), int64(len(reference)))
	if err != nil {
		t.Fatal(err)
	}
	if want := Package + " " + Version; archive.Comment != want {
		t.Errorf("reference.zip is made from %s, and doc.go names %s; run make reference", archive.Comment, want)
	}
	if len(reference) > 1<<20 {
		t.Errorf("reference.zip has %d bytes, and every program that has the package carries them", len(reference))
	}
	actions := 0
	for _, prefix := range Services() {
		s := Find(prefix)
		actions += len(s.Actions)
		for _, k := range s.keys {
			if !slices.Contains([]Type{ARN, Bool, Date, IPAddress, Numeric, String}, k.Type) {
				t.Errorf("%s: key %s is of type %s, which no operator is known for", prefix, k.Name, k.Type)
			}
		}
		for _, a := range s.Actions {
			for _, target := range a.Targets {
				if strings.Count(target.ARN, ":") < 5 {
					t.Errorf("%s on %s: %q is no ARN", a.Name, target.Name, target.ARN)
				}
			}
		}
	}
	if len(Services()) < 450 || actions < 22000 {
		t.Errorf("the reference has %d services and %d actions, less than ever", len(Services()), actions)
	}
}

func TestUnitActionsAreFoundWhateverTheirCase(t *testing.T) {
	for entry, want := range map[string][]string{
		"s3:GetObject":             {"s3:GetObject"},
		"S3:getobject":             {"s3:GetObject"},
		"s3:GetBucketPol*":         {"s3:GetBucketPolicy", "s3:GetBucketPolicyStatus"},
		"kms:ReEncrypt????":        {"kms:ReEncryptFrom"},
		"s3:GetObjekt":             nil,
		"s4:GetObject":             nil,
		"*":                        nil,
		"sagemaker:CreateTraining": nil,
		"":                         nil,
	} {
		var got []string
		for _, a := range Matching(entry) {
			got = append(got, a.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", entry, got, want)
		}
	}
}

// The keys of an action are its own, those of its resource types, and those that
// it has on one of these only.
func TestUnitActionsKnowTheirKeys(t *testing.T) {
	for _, tt := range []struct {
		action, key string
		target      string // empty for all
		want        bool
	}{
		{"sagemaker:CreateTrainingJob", "sagemaker:VolumeKmsKeyArn", "", true},
		{"sagemaker:CreateTrainingJob", "SAGEMAKER:volumekmskeyarn", "", true},
		{"sagemaker:CreateTrainingJob", "sagemaker:VolumeKmsKey", "", false},
		{"sagemaker:CreateModel", "sagemaker:VolumeKmsKeyArn", "", false},
		{"sagemaker:CreateTrainingJob", "aws:RequestTag/team", "", true},
		{"sagemaker:CreateTrainingJob", "aws:RequestTag/", "", false},
		{"sagemaker:CreateTrainingJob", "aws:RequestTag/a/b", "", true},
		{"s3:GetObject", "s3:ExistingObjectTag/team", "", true},
		{"s3:GetObject", "s3:prefix", "", false},
		{"ec2:RunInstances", "ec2:MetadataHttpTokens", "", true},
		{"ec2:RunInstances", "ec2:MetadataHttpTokens", "instance", true},
		{"ec2:RunInstances", "ec2:MetadataHttpTokens", "image", false},
		{"kms:Decrypt", "kms:EncryptionContext:aws:logs:arn", "", true},
		{"kms:DescribeKey", "kms:EncryptionContext:aws:logs:arn", "", false},
		{"bedrock:InvokeModel", "bedrock:GuardrailIdentifier", "", true},
	} {
		a := Matching(tt.action)[0]
		var targets []Target
		for _, target := range a.Targets {
			if target.Name == tt.target {
				targets = append(targets, target)
			}
		}
		if got := a.Supports(tt.key, targets); got != tt.want {
			t.Errorf("%s on %q knows %s: %t", tt.action, tt.target, tt.key, got)
		}
	}
}

func TestUnitKeysHaveTypes(t *testing.T) {
	for name, want := range map[string]Key{
		"aws:SecureTransport":                            {Type: Bool},
		"AWS:securetransport":                            {Type: Bool},
		"aws:PrincipalTag/team":                          {Type: String},
		"aws:TagKeys":                                    {Type: String, Multivalued: true},
		"aws:ResourceTag/team":                           {Type: String},
		"s3:TlsVersion":                                  {Type: Numeric},
		"sagemaker:VolumeKmsKey":                         {Type: ARN, Deprecated: true},
		"sagemaker:VpcSubnets":                           {Type: String, Multivalued: true},
		"kms:ResourceAliases":                            {Type: String, Multivalued: true},
		"iam:PermissionsBoundary":                        {Type: ARN},
		"token.actions.githubusercontent.com:repository": {Type: String},
	} {
		got := FindKey(name, "sts")
		if got == nil || got.Type != want.Type || got.Multivalued != want.Multivalued || got.Deprecated != want.Deprecated {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	for _, name := range []string{"aws:SecureTransports", "aws:PrincipalTag/", "s3:", "", ":", "sagemaker:AppNetworkAccess"} {
		if got := FindKey(name, "sts"); got != nil {
			t.Errorf("%q is %+v", name, got)
		}
	}
}

// The reference is asked for the key's actions; a new action that knows it is
// seen here as soon as the reference is.
func TestUnitActionsThatKnowAKey(t *testing.T) {
	if got := ActionsWith("bedrock:GuardrailIdentifier"); !slices.Equal(got, []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}) {
		t.Errorf("%v", got)
	}
	if got := ActionsWith("sagemaker:NetworkIsolation"); len(got) != 11 {
		t.Errorf("%v", got)
	}
	if got := ActionsWith("sagemaker:AppNetworkAccess"); got != nil {
		t.Errorf("%v", got)
	}
}

func BenchmarkFindService(b *testing.B) {
	for b.Loop() {
		load("sagemaker")
	}
}
