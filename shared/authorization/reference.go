package authorization

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
)

// Service is what the reference says of a service.
type Service struct {
	// Prefix is how its actions begin, such as s3.
	Prefix  string
	Actions []*Action

	keys   []*Key
	byName map[string]*Action // in lower case, without the prefix
}

// Action is an action of a service.
type Action struct {
	// Name is the action's name with its service, such as s3:GetObject.
	Name string
	// Targets are the resource types that the action is about. An action without
	// any takes "*" as its resource.
	Targets []Target

	keys []*Key
}

// Target is a resource type that an action is about.
type Target struct {
	// Name is the resource type, such as bucket.
	Name string
	// ARN is its form, such as arn:${Partition}:s3:::${BucketName}.
	ARN string

	keys []*Key
}

// Key is a condition key.
type Key struct {
	// Name is the key as AWS spells it, such as s3:TlsVersion. It may have places
	// for what a policy fills in, such as aws:ResourceTag/${TagKey}.
	Name string
	Type Type
	// Multivalued keys have many values in one request.
	Multivalued bool
	// Deprecated keys are sent no more, or will not be.
	Deprecated bool

	pattern string
}

// Type is the type of a key's values, in the reference's words.
type Type string

// The types.
const (
	ARN       Type = "ARN"
	Bool      Type = "Bool"
	Date      Type = "Date"
	IPAddress Type = "IPAddress"
	Numeric   Type = "Numeric"
	String    Type = "String"
)

//go:embed reference.zip
var reference []byte

var archive = sync.OnceValue(func() *zip.Reader {
	r, err := zip.NewReader(bytes.NewReader(reference), int64(len(reference)))
	if err != nil {
		panic(fmt.Errorf("reference.zip: %w", err)) // it is part of the program
	}
	return r
})

// Services are the prefixes of all services, in order.
var Services = sync.OnceValue(func() []string {
	var out []string
	for _, file := range archive().File {
		out = append(out, strings.TrimSuffix(file.Name, ".json"))
	}
	return out
})

var read sync.Map // services that were asked for, by prefix

// Find returns the service with a prefix such as s3; nil where AWS has none.
func Find(prefix string) *Service {
	prefix = strings.ToLower(prefix)
	if found, ok := read.Load(prefix); ok {
		return found.(*Service)
	}
	if _, known := slices.BinarySearch(Services(), prefix); !known {
		return nil
	}
	found, _ := read.LoadOrStore(prefix, load(prefix))
	return found.(*Service)
}

func load(prefix string) *Service {
	var packed Packed
	file, err := archive().Open(prefix + ".json")
	if err == nil {
		defer file.Close()
		var text []byte
		if text, err = io.ReadAll(file); err == nil {
			err = json.Unmarshal(text, &packed)
		}
	}
	if err != nil {
		panic(fmt.Errorf("reference.zip, service %s: %w", prefix, err))
	}
	return packed.service(prefix)
}

func (p *Packed) service(prefix string) *Service {
	s := &Service{Prefix: prefix, byName: map[string]*Action{}}
	for _, k := range p.Keys {
		s.keys = append(s.keys, newKey(k.Name, k.Type, k.Deprecated))
	}
	pick := func(lists ...[]int) []*Key {
		var out []*Key
		for _, i := range slices.Concat(lists...) {
			out = append(out, s.keys[i])
		}
		return out
	}
	for _, a := range p.Actions {
		action := &Action{Name: prefix + ":" + a.Name, keys: pick(a.Keys)}
		for _, t := range a.On {
			r := p.Resources[t.Resource]
			action.Targets = append(action.Targets, Target{Name: r.Name, ARN: r.ARN, keys: pick(t.Keys, r.Keys)})
		}
		s.Actions, s.byName[strings.ToLower(a.Name)] = append(s.Actions, action), action
	}
	return s
}

func newKey(name, kind string, deprecated bool) *Key {
	single, multivalued := strings.CutPrefix(kind, "ArrayOf")
	return &Key{Name: name, Type: Type(single), Multivalued: multivalued, Deprecated: deprecated, pattern: pattern(name)}
}

// NewKey describes a key that the reference does not have.
func NewKey(name string, kind Type) *Key { return newKey(name, string(kind), false) }

// Matching returns the actions that an entry of Action such as s3:Get* is about;
// "*" is about none here, as it is about all.
func Matching(entry string) []*Action {
	prefix, name, _ := strings.Cut(entry, ":")
	s := Find(prefix)
	if s == nil {
		return nil
	}
	name = strings.ToLower(name)
	if !strings.ContainsAny(name, "*?") {
		if a := s.byName[name]; a != nil {
			return []*Action{a}
		}
		return nil
	}
	var out []*Action
	for _, a := range s.Actions {
		if matched, err := path.Match(name, strings.ToLower(a.Name[len(prefix)+1:])); err == nil && matched {
			out = append(out, a)
		}
	}
	return out
}
