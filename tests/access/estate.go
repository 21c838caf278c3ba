// Package access decides, with the evaluator, who can do what in the estate,
// and shows it as tables that a reviewer can read.
//
// Level of proof: verdict. The policies are the ones that the programs
// registered, taken from the stacks' golden files; who may do what is decided by
// package iameval, not by the emulator, which does not judge access.
package access

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// role is an IAM role of the estate with the policies that are in force for it.
type role struct {
	arn      string
	trust    *iameval.Policy
	identity []*iameval.Policy
	boundary *iameval.Policy
}

// estate is every policy of one environment, by what it is about.
type estate struct {
	roles     map[string]*role           // by the last part of the role's name
	buckets   map[string]*iameval.Policy // by bucket ARN
	keys      map[string]*iameval.Policy // by key ARN
	endpoints map[string]*iameval.Policy // by service
	policies  []*iameval.Policy
	prefix    string
}

const account = "123456789012"

// resource is a resource of a golden file.
type resource struct {
	Type, Name string
	Inputs     map[string]any

	dir string
}

// load reads the golden files of an environment.
func load(environment string) (*estate, error) {
	e := &estate{
		roles: map[string]*role{}, buckets: map[string]*iameval.Policy{}, keys: map[string]*iameval.Policy{},
		endpoints: map[string]*iameval.Policy{}, prefix: "ringfence-" + environment,
	}
	var resources []resource
	for _, stack := range graph.Names() {
		dir := filepath.Join("..", "..", stack.Dir(), string(stack), "testdata", environment)
		text, err := os.ReadFile(filepath.Join(dir, "resources.json"))
		if err != nil {
			return nil, err
		}
		var list []resource
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		for _, r := range list {
			r.dir = dir
			resources = append(resources, r)
		}
	}
	boundaries := map[string]*iameval.Policy{} // by ARN
	for _, r := range resources {
		if err := e.addResourcePolicy(r, boundaries); err != nil {
			return nil, err
		}
	}
	for _, r := range resources {
		if err := e.addRole(r, boundaries); err != nil {
			return nil, err
		}
	}
	for _, r := range resources {
		if err := e.addGrant(r); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *estate) parse(r resource, key string, kind iameval.Kind, name string) (*iameval.Policy, error) {
	file, _ := r.Inputs[key].(string)
	text, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(file)))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Type, r.Name, err)
	}
	policy, err := iameval.Parse(name, kind, text)
	if err == nil {
		e.policies = append(e.policies, policy)
	}
	return policy, err
}

func (e *estate) addResourcePolicy(r resource, boundaries map[string]*iameval.Policy) (err error) {
	switch r.Type {
	case "aws:iam/policy:Policy":
		boundaries[iamARN("policy/"+r.Inputs["name"].(string))], err = e.parse(r, "policy", iameval.PermissionsBoundary, r.Name)
	case "aws:s3/bucketPolicy:BucketPolicy":
		e.buckets["arn:aws:s3:::"+r.Inputs["bucket"].(string)], err = e.parse(r, "policy", iameval.BucketPolicy, r.Name)
	case "aws:kms/key:Key":
		e.keys["arn:aws:kms:eu-central-1:"+account+":key/"+r.Name], err = e.parse(r, "policy", iameval.KeyPolicy, r.Name)
	case "aws:ec2/vpcEndpoint:VpcEndpoint":
		e.endpoints[r.Name], err = e.parse(r, "policy", iameval.EndpointPolicy, r.Name)
	}
	return err
}

func (e *estate) addRole(r resource, boundaries map[string]*iameval.Policy) error {
	if r.Type != "aws:iam/role:Role" {
		return nil
	}
	name := r.Inputs["name"].(string)
	boundary, ok := boundaries[r.Inputs["permissionsBoundary"].(string)]
	if !ok {
		return fmt.Errorf("role %s: its boundary %v is no policy of the estate", name, r.Inputs["permissionsBoundary"])
	}
	trust, err := e.parse(r, "assumeRolePolicy", iameval.TrustPolicy, r.Name)
	e.roles[strings.TrimPrefix(name, e.prefix+"-")] = &role{arn: iamARN("role/" + name), trust: trust, boundary: boundary}
	return err
}

func (e *estate) addGrant(r resource) error {
	if r.Type != "aws:iam/rolePolicy:RolePolicy" {
		return nil
	}
	name := r.Inputs["role"].(string)
	role, ok := e.roles[strings.TrimPrefix(name, e.prefix+"-")]
	if !ok {
		return fmt.Errorf("role policy %s: role %s is no role of the estate", r.Name, name)
	}
	policy, err := e.parse(r, "policy", iameval.IdentityPolicy, fmt.Sprintf("%s/%v", r.Name, r.Inputs["name"]))
	role.identity = append(role.identity, policy)
	return err
}

func iamARN(what string) string { return "arn:aws:iam::" + account + ":" + what }
