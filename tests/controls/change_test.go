package controls

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// change alters a snapshot, or says why it cannot.
type change func(*snapshot.Snapshot) error

// resource finds a resource by the end of its type, such as bucketV2, and its
// name, with the stack where several have it, such as data:churn.
func resource(s *snapshot.Snapshot, kind, name string) (*snapshot.Resource, error) {
	stack, inStack, ok := strings.Cut(name, ":")
	for i := range s.Resources {
		r := &s.Resources[i]
		if strings.Contains(r.Type, "/"+kind+":") && (r.Name == name || ok && r.Name == inStack && string(r.Stack) == stack) {
			return r, nil
		}
	}
	return nil, fmt.Errorf("there is no %s %s", kind, name)
}

// set gives a property of a resource a value; nil takes the property away.
func set(kind, name, path string, value any) change {
	return func(s *snapshot.Snapshot) error {
		r, err := resource(s, kind, name)
		if err != nil {
			return err
		}
		properties, err := put(r.Properties, strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' }), value)
		if err == nil {
			r.Properties = properties.(map[string]any)
			// What is written out no longer comes from another resource.
			r.References = maps.Clone(r.References)
			delete(r.References, strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' })[0])
		}
		return err
	}
}

// put returns a copy of a tree with the value at a path.
func put(tree any, path []string, value any) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	step, rest := path[0], path[1:]
	if list, ok := tree.([]any); ok {
		i, err := strconv.Atoi(step)
		if err != nil || i > len(list) {
			return nil, fmt.Errorf("there is no item %s", step)
		}
		list = slices.Clone(list)
		if i == len(list) {
			list = append(list, nil)
		}
		item, err := put(list[i], rest, value)
		list[i] = item
		return list, err
	}
	mapping, ok := tree.(map[string]any)
	if !ok && tree != nil {
		return nil, fmt.Errorf("%s is in a %T", step, tree)
	}
	mapping = maps.Clone(mapping)
	if mapping == nil {
		mapping = map[string]any{}
	}
	item, err := put(mapping[step], rest, value)
	if item == nil {
		delete(mapping, step)
	} else {
		mapping[step] = item
	}
	return mapping, err
}

// drop takes a resource away.
func drop(kind, name string) change {
	return func(s *snapshot.Snapshot) error {
		r, err := resource(s, kind, name)
		if err == nil {
			urn := r.URN
			s.Resources = slices.DeleteFunc(s.Resources, func(r snapshot.Resource) bool { return r.URN == urn })
		}
		return err
	}
}

// add adds a resource.
func add(stack graph.Name, resourceType, name string, properties map[string]any) change {
	return func(s *snapshot.Snapshot) error {
		s.Resources = append(s.Resources, snapshot.Resource{
			Stack: stack, Type: resourceType, Name: name, ID: name, URN: "urn:pulumi:added::" + resourceType + "::" + name,
			Properties: properties,
		})
		s.Sort()
		return nil
	}
}

// option changes Pulumi's own options of a resource.
func option(kind, name string, f func(*snapshot.Resource)) change {
	return func(s *snapshot.Snapshot) error {
		r, err := resource(s, kind, name)
		if err == nil {
			f(r)
		}
		return err
	}
}

// output gives an output of a stack a value; nil takes it away.
func output(stack graph.Name, key string, value any) change {
	return func(s *snapshot.Snapshot) error {
		s.Outputs = maps.Clone(s.Outputs)
		s.Outputs[stack] = maps.Clone(s.Outputs[stack])
		if value == nil {
			delete(s.Outputs[stack], key)
		} else {
			s.Outputs[stack][key] = value
		}
		return nil
	}
}

// statement changes the statement with a Sid of a policy document; f returns
// false to take it out.
func statement(kind, name, property, sid string, f func(*iameval.Statement) bool) change {
	return func(s *snapshot.Snapshot) error {
		r, err := resource(s, kind, name)
		if err != nil {
			return err
		}
		text, _ := r.Properties[property].(string)
		policy, err := iameval.Parse(name, kinds[kind+"."+property], []byte(text))
		if err != nil {
			return err
		}
		document := policy.Document()
		i := slices.IndexFunc(document.Statements, func(x iameval.Statement) bool { return x.Sid == sid })
		if i < 0 {
			return fmt.Errorf("%s %s has no statement %s", kind, name, sid)
		}
		if !f(&document.Statements[i]) {
			document.Statements = slices.Delete(document.Statements, i, i+1)
		}
		changed, err := json.Marshal(document)
		r.Properties = maps.Clone(r.Properties)
		r.Properties[property] = string(changed)
		return err
	}
}

// withoutStatement takes a statement out of a policy document.
func withoutStatement(kind, name, property, sid string) change {
	return statement(kind, name, property, sid, func(*iameval.Statement) bool { return false })
}

// kinds are the kinds of the documents in a property, by type.
var kinds = map[string]iameval.Kind{
	"bucketPolicy.policy": iameval.BucketPolicy, "key.policy": iameval.KeyPolicy, "replicaKey.policy": iameval.KeyPolicy,
	"policy.policy": iameval.IdentityPolicy, "rolePolicy.policy": iameval.IdentityPolicy, "role.assumeRolePolicy": iameval.TrustPolicy,
	"vpcEndpoint.policy": iameval.EndpointPolicy, "topicPolicy.policy": iameval.ResourcePolicy, "queuePolicy.policy": iameval.ResourcePolicy,
	"logResourcePolicy.policyDocument": iameval.ResourcePolicy,
}

// clone copies a snapshot, so that a change of the copy leaves the original as it
// is.
func clone(s *snapshot.Snapshot) *snapshot.Snapshot {
	c := *s
	c.Resources = slices.Clone(s.Resources)
	return &c
}

// all makes several changes.
func all(changes ...change) change {
	return func(s *snapshot.Snapshot) error {
		for _, c := range changes {
			if err := c(s); err != nil {
				return err
			}
		}
		return nil
	}
}

// withoutCondition takes the conditions on a key out of a statement.
func withoutCondition(key string) func(*iameval.Statement) bool {
	return func(s *iameval.Statement) bool {
		kept := s.Conditions[:0]
		for _, c := range s.Conditions {
			if c.Key != key {
				kept = append(kept, c)
			}
		}
		s.Conditions = kept
		return true
	}
}

// onResources gives a statement other resources.
func onResources(resources ...string) func(*iameval.Statement) bool {
	return func(s *iameval.Statement) bool { s.Resources = resources; return true }
}

// leavingOut has a denial leave out more resources.
func leavingOut(resources ...string) func(*iameval.Statement) bool {
	return func(s *iameval.Statement) bool {
		s.NotResources = append(slices.Clone(s.NotResources), resources...)
		return true
	}
}
