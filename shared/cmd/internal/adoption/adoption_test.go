package adoption

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/ringfence/ringfence/shared/cmd/internal/belongings"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/names"
)

// roles is an IAM that has the roles of these names, with the environment that
// their tags name.
func roles(t *testing.T, environments map[string]string) aws.Config {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("RoleName")
		environment, there := environments[name]
		if !there {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no such role</Message></Error></ErrorResponse>`)
			return
		}
		fmt.Fprintf(w, `<GetRoleResponse><GetRoleResult><Role><RoleName>%s</RoleName><Tags>`+
			`<member><Key>ControlSet</Key><Value>ringfence</Value></member>`+
			`<member><Key>Environment</Key><Value>%s</Value></member>`+
			`</Tags></Role></GetRoleResult></GetRoleResponse>`, name, environment)
	}))
	t.Cleanup(server.Close)
	return at(server)
}

func at(server *httptest.Server) aws.Config {
	return aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
}

func creation(kind, name string, inputs map[string]any) state.Creation {
	return state.Creation{URN: "urn:pulumi:local::ringfence-network::" + kind + "::" + name, Type: kind, Inputs: inputs}
}

func named(name string) map[string]any { return map[string]any{"tags": map[string]any{"Name": name}} }

func TestUnitOnlyWhatIsOursIsFound(t *testing.T) {
	const arns = "arn:aws:ec2:eu-central-1:123456789012:"
	f := Finder{
		AWS:         roles(t, map[string]string{"ours": "local", "of-another": "staging"}),
		Names:       names.New("local", "123456789012", "eu-central-1"),
		Environment: "local",
		Unknown: []belongings.Thing{
			{ARN: arns + "subnet/subnet-1", Name: "private-a"},
			{ARN: arns + "vpc-endpoint/vpce-1", Name: "kms"},
			{ARN: arns + "vpc-endpoint/vpce-2", Name: "kms"},
			{ARN: arns + "vpc-flow-log/fl-1"},
			{ARN: "arn:aws:logs:eu-central-1:123456789012:log-group:/flow-logs"},
		},
	}
	const endpoint, role, group = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup"
	for _, c := range []struct {
		what      string
		creations []state.Creation
		want      []string
	}{
		{"by kind and name", []state.Creation{creation("aws:ec2/subnet:Subnet", "a", named("private-a"))}, []string{"subnet-1"}},
		{"of another kind", []state.Creation{creation("aws:ec2/vpc:Vpc", "a", named("private-a"))}, nil},
		{"of another name", []state.Creation{creation("aws:ec2/subnet:Subnet", "b", named("private-b"))}, nil},
		{"two of one name go to two creations", []state.Creation{
			creation(endpoint, "kms", named("kms")), creation(endpoint, "again", named("kms")), creation(endpoint, "third", named("kms")),
		}, []string{"vpce-1", "vpce-2"}},
		{"without a name, nothing", []state.Creation{creation("aws:ec2/flowLog:FlowLog", "f", map[string]any{})}, nil},
		{"a log group", []state.Creation{creation(group, "f", map[string]any{"name": "/flow-logs"})}, []string{"/flow-logs"}},
		{"a log group of a longer name", []state.Creation{creation(group, "f", map[string]any{"name": "/flow"})}, nil},
		{"a role", []state.Creation{creation(role, "r", map[string]any{"name": "ours"})}, []string{"ours"}},
		{"a role of another environment", []state.Creation{creation(role, "r", map[string]any{"name": "of-another"})}, nil},
		{"no role", []state.Creation{creation(role, "r", map[string]any{"name": "absent"})}, nil},
		{"what can be created again", []state.Creation{creation("aws:sns/topic:Topic", "t", map[string]any{"name": "alarms"})}, nil},
	} {
		found, err := f.Find(context.Background(), c.creations)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		var got []string
		for _, f := range found {
			got = append(got, f.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", c.what, got, c.want)
		}
	}
}

// In GovCloud the ARNs of IAM are of another partition.
func TestUnitPoliciesAreLookedForInThePartitionOfTheRegion(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.FormValue("PolicyArn")+r.FormValue("OpenIDConnectProviderArn"))
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>`)
	}))
	t.Cleanup(server.Close)
	f := Finder{AWS: at(server), Names: names.New("gov", "123456789012", "us-gov-west-1")}
	_, err := f.Find(context.Background(), []state.Creation{
		creation("aws:iam/policy:Policy", "p", map[string]any{"name": "boundary"}),
		creation("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "o", map[string]any{"url": "https://token.example.com"}),
	})
	want := []string{"arn:aws-us-gov:iam::123456789012:policy/boundary", "arn:aws-us-gov:iam::123456789012:oidc-provider/token.example.com"}
	if err != nil || !slices.Equal(asked, want) {
		t.Errorf("asked for %v, %v", asked, err)
	}
}

// A key that AWS does not describe may be the one, so nothing is said of it.
func TestUnitKeyThatCannotBeDescribed(t *testing.T) {
	answer := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", answer)
		if answer != "" {
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprint(w, `{"KeyMetadata": {"KeyId": "key-1", "Description": "of the data"}}`)
	}))
	t.Cleanup(server.Close)
	f := Finder{AWS: at(server), Unknown: []belongings.Thing{{ARN: "arn:aws:kms:eu-central-1:123456789012:key/key-1"}}}
	find := func() ([]engine.Found, error) {
		return f.Find(context.Background(), []state.Creation{creation("aws:kms/key:Key", "data", map[string]any{"description": "of the data"})})
	}
	if found, err := find(); err != nil || len(found) != 1 || found[0].ID != "key-1" {
		t.Errorf("found %v, %v", found, err)
	}
	answer = "AccessDeniedException"
	if found, err := find(); err == nil {
		t.Errorf("found %v although nobody may look", found)
	}
	answer = "NotFoundException"
	if found, err := find(); err != nil || len(found) > 0 {
		t.Errorf("found %v of what is gone, %v", found, err)
	}
}
