package access

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// vocabulary knows what the names in questions mean in one snapshot.
type vocabulary struct {
	model   *Model
	callers map[string]Caller
	targets map[string]Target
	ways    map[string]Way
	// spoken are, per principal, the prefixes of the data bucket that a policy of
	// theirs or the environment file speaks of.
	spoken map[string][]string
}

// vocabulary is made once.
func (m *Model) vocabulary() *vocabulary {
	m.once.Do(func() {
		v := &vocabulary{model: m, callers: map[string]Caller{}, targets: map[string]Target{}, ways: map[string]Way{}, spoken: map[string][]string{}}
		v.addCallers()
		v.addTargets()
		v.addWays()
		m.words = v
	})
	return m.words
}

func (v *vocabulary) caller(name string) Caller {
	if c, ok := v.callers[name]; ok {
		return c
	}
	if strings.HasSuffix(name, ".amazonaws.com") {
		return Service(name)
	}
	return Caller{Name: name, err: fmt.Errorf("%s: %w", name, ErrAbsent)}
}

func (v *vocabulary) addCallers() {
	m := v.model
	add := func(c Caller) { v.callers[c.Name] = c }
	for _, name := range m.roleNames() {
		c := m.Session(name)
		add(c)
		add(c.GivenEverything())
		v.spoken[name] = m.spokenOf(name, c)
	}
	add(m.Administrator())
	add(m.Deployer())
	add(m.Foreigner())
	add(Anonymous())
}

// roleNames are the names of the estate's roles, sorted.
func (m *Model) roleNames() []string {
	var names []string
	for _, role := range m.Roles {
		if name, ok := strings.CutPrefix(role.Name, m.snapshot.Names.Of("")); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// prefixes are those of the environment file, and the shared one.
func (m *Model) prefixes() []string {
	all := []string{config.SharedPrefix}
	for _, w := range m.snapshot.Environment.Workloads {
		all = slices.Concat(all, w.Reads, w.Writes)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// spokenOf are the prefixes that the environment file gives a role, or that one
// of its allowing statements speaks of.
func (m *Model) spokenOf(name string, c Caller) []string {
	var spoken []string
	for _, w := range m.snapshot.Environment.Workloads {
		if w.Name == name {
			spoken = slices.Concat(spoken, w.Reads, w.Writes)
		}
	}
	var patterns []string
	for _, p := range c.identity {
		patterns = append(patterns, objectPatterns(p, m.snapshot.Names.BucketARN("data"))...)
	}
	for _, prefix := range m.prefixes() {
		if slices.ContainsFunc(patterns, func(p string) bool { return strings.HasPrefix(p, prefix) || strings.HasPrefix(prefix, p) }) {
			spoken = append(spoken, prefix)
		}
	}
	slices.Sort(spoken)
	return slices.Compact(spoken)
}

// objectPatterns are what the allowing statements of a policy name in a bucket,
// each up to its first wildcard. What names the whole bucket speaks of no prefix.
func objectPatterns(p *iameval.Policy, bucket string) []string {
	var out []string
	for _, s := range p.Document().Statements {
		if s.Effect != iameval.EffectAllow {
			continue
		}
		for _, resource := range s.Resources {
			if key, ok := strings.CutPrefix(resource, bucket+"/"); ok {
				out = append(out, literal(key))
			}
		}
		for _, c := range s.Conditions {
			if strings.EqualFold(c.Key, "s3:prefix") {
				for _, value := range c.Values {
					out = append(out, literal(value))
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(p string) bool { return p == "" })
}

func literal(pattern string) string {
	if i := strings.IndexAny(pattern, "*?$"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// otherPrefix stands for every prefix that nothing in force for a principal
// speaks of.
const otherPrefix = "a prefix of others"

// prefixMeant is the prefix that a name means for a principal.
func (v *vocabulary) prefixMeant(principal, name string) string {
	switch name {
	case everyObject:
		return ""
	case trailRecords:
		return "AWSLogs/" + v.model.snapshot.Names.Account + "/CloudTrail/"
	case configRecords:
		return "AWSLogs/" + v.model.snapshot.Names.Account + "/Config/"
	case otherPrefix:
	default:
		return name
	}
	spoken := v.spoken[strings.TrimSuffix(principal, givenEverything)]
	for _, prefix := range v.model.prefixes() {
		if prefix != config.SharedPrefix && !slices.Contains(spoken, prefix) {
			return prefix
		}
	}
	return "of-nobody/"
}

// target is what a question is about. What is in a bucket is named by its prefix.
func (v *vocabulary) target(q Question) Target {
	if t, ok := v.targets[q.Resource]; ok {
		return t
	}
	bucket, name, ok := strings.Cut(q.Resource, ": ")
	t, known := v.targets[bucket]
	if !ok || !known {
		return Target{err: fmt.Errorf("%s: %w", q.Resource, ErrAbsent)}
	}
	prefix := v.prefixMeant(q.Principal, name)
	if q.Action == "s3:ListBucket" {
		t.context = iameval.Context{"s3:prefix": {prefix}}
		return t
	}
	t.ARN += "/" + prefix + "object"
	t.context = iameval.Context{scanTag: {"NO_THREATS_FOUND"}}
	return t
}

// scanTag is what GuardDuty writes on an object that it has looked at.
const scanTag = "s3:ExistingObjectTag/GuardDutyMalwareScanStatus"

func (v *vocabulary) addTargets() {
	for _, kind := range []struct{ resourceType, word string }{
		{bucketType, " bucket"}, {keyType, " key"}, {queueType, " queue"}, {topicType, " topic"},
	} {
		for _, r := range v.model.snapshot.OfType(kind.resourceType) {
			v.targets[r.Name+kind.word] = v.model.targetOf(r)
		}
	}
	n := v.model.snapshot.Names
	v.targets["state bucket"] = v.model.Target("s3:GetObject", n.BucketARN("state"))
	v.targets["bucket of another account"] = Target{
		ARN: "arn:" + n.Partition() + ":s3:::foreign", Account: ForeignAccount, Policy: openToAll,
	}
	v.targets["bucket of images and patches"] = Target{
		ARN: "arn:" + n.Partition() + ":s3:::" + config.AWSBuckets(n.Region)[0], Account: "888888888888", Policy: openToAll,
	}
}

// targetOf is a resource of the estate with its policy and what AWS knows of it.
func (m *Model) targetOf(r *snapshot.Resource) Target {
	t := Target{Account: m.snapshot.Names.Account, context: iameval.Context{}}
	if t.ARN, t.err = m.ARN(r); t.err != nil {
		t.err = fmt.Errorf("ARN of %s: %w", r, t.err)
		return t
	}
	if d := m.On(r); d != nil {
		t.Policy, t.err = d.Policy, d.Err
	}
	if t.err != nil {
		t.err = fmt.Errorf("policy of %s: %w", r, t.err)
	}
	if r.Type == keyType {
		maps.Copy(t.context, iameval.Context{
			"kms:ResourceAliases":         {m.snapshot.Names.KeyAlias(r.Name)},
			"aws:ResourceTag/ControlSet":  {"ringfence"},
			"aws:ResourceTag/Environment": {m.snapshot.Environment.Name},
		})
	}
	return t
}

// openToAll is a bucket policy that lets everybody in, so that only what stands
// before it can refuse.
var openToAll = func() *iameval.Policy {
	p, err := iameval.Parse("open", iameval.BucketPolicy,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`))
	if err != nil {
		panic(err)
	}
	return p
}()

// way is what the name of a way means for a question.
func (v *vocabulary) way(q Question) Way {
	if w, ok := v.ways[q.Way]; ok {
		return w
	}
	if w, ok := v.comesFrom(q.Way, q); ok {
		return w
	}
	if endpoint, ok := strings.CutPrefix(q.Way, throughEndpoint+" "); ok {
		return v.model.Through(endpoint)
	}
	return Way{Name: q.Way, err: fmt.Errorf("way %q: %w", q.Way, ErrAbsent)}
}

func (v *vocabulary) addWays() {
	m := v.model
	inside := m.Inside()
	for _, w := range []Way{
		Plain, Outside, inside, inside.Elsewhere(), inside.OverPlainHTTP(), inside.OverOldTLS(),
		inside.WithCallersKey(), inside.WithOwnKey(), inside.WithUnnamedKey(),
		inside.WithKey(withOtherKey, m.snapshot.Names.ARN("kms", "key/other")),
		inside.With(foundInfected, iameval.Context{scanTag: {"THREATS_FOUND"}}),
		inside.With(taggedClean, iameval.Context{"s3:RequestObjectTagKeys": {"GuardDutyMalwareScanStatus"}}),
		m.ViaService("sagemaker").With(forAWS, iameval.Context{"kms:GrantIsForAWSResource": {"true"}}),
	} {
		v.ways[w.Name] = w
	}
	for _, service := range keyUsers {
		v.ways["through "+service] = m.ViaService(service)
	}
	data := v.targets["data key"]
	named := inside.WithKey(withDataKey, data.ARN)
	named.err = data.err
	v.ways[withDataKey] = named
}
