package iameval

import (
	"math/rand/v2"
	"path"
	"testing"
)

// A world is a small finite universe: a few principals, calls and contexts, and
// random policies in force for them. The differential test, the property tests
// and the benchmark share it.
type world struct {
	seed     uint64
	actors   []*actor
	calls    []call
	contexts []Context
	endpoint *source
	scp, rcp map[string][][]*source // by account
}

// source is a policy as text, and parsed.
type source struct {
	name   string
	kind   Kind
	text   string
	policy *Policy
}

// actor is a principal and what is attached to it.
type actor struct {
	kind      string
	account   string
	arn       string // of the user, role or root
	session   string
	name      string // of a service or provider
	principal Principal
	identity  []*source
	boundary  *source
	sessions  []*source
}

// thing is a resource and its policy.
type thing struct {
	arn     string
	account string
	own     string // "key" or "trust" where the policy must itself allow
	policy  *source
}

type call struct {
	action string
	thing  *thing
}

const (
	accountA = "111111111111"
	accountB = "222222222222"
)

func allActors() []*actor {
	user := func(account, name string) *actor {
		arn := "arn:aws:iam::" + account + ":user/" + name
		return &actor{kind: "user", account: account, arn: arn, principal: User(arn)}
	}
	role := func(account, name string) *actor {
		arn := "arn:aws:iam::" + account + ":role/" + name
		return &actor{kind: "role", account: account, arn: arn, principal: Role(arn)}
	}
	session := func(account, name, session string) *actor {
		a := role(account, name)
		a.kind, a.session = "session", "arn:aws:sts::"+account+":assumed-role/"+path.Base(name)+"/"+session
		a.principal = RoleSession(a.arn, session)
		return a
	}
	federated := user(accountA, "u1")
	federated.kind, federated.session = "federatedUser", "arn:aws:sts::"+accountA+":federated-user/web"
	federated.principal = FederatedUser(federated.arn, "web")
	root := func(account string) *actor {
		return &actor{kind: "root", account: account, arn: "arn:aws:iam::" + account + ":root", principal: Root(account)}
	}
	return []*actor{
		user(accountA, "u1"), user(accountA, "team/u2"), user(accountB, "u1"),
		session(accountA, "r1", "s1"), session(accountA, "r1", "s2"), session(accountB, "r1", "s1"),
		session(accountA, "ml/r2", "s9"), role(accountA, "ml/r2"), role(accountA, "aws-service-role/x.amazonaws.com/Linked"),
		federated, root(accountA), root(accountB),
		{kind: "service", name: "cloudtrail.amazonaws.com", principal: Service("cloudtrail.amazonaws.com")},
		{kind: "federated", name: "accounts.google.com", principal: Federated("accounts.google.com")},
		{kind: "anonymous", principal: Anonymous()},
	}
}

// newWorld makes the world of a seed.
func newWorld(t testing.TB, seed uint64) *world {
	r := &random{rand.New(rand.NewPCG(seed, 7)), t}
	w := &world{seed: seed, scp: map[string][][]*source{}, rcp: map[string][][]*source{}}
	bucket := r.maybe(80, "data", BucketPolicy)
	data := func(path string) *thing {
		return &thing{arn: "arn:aws:s3:::data" + path, account: accountA, policy: bucket}
	}
	object, key := data("/a/x"), &thing{arn: "arn:aws:kms:eu-central-1:" + accountA + ":key/k1", account: accountA, own: "key", policy: r.policy("k1", KeyPolicy)}
	trust := &thing{arn: "arn:aws:iam::" + accountA + ":role/r1", account: accountA, own: "trust", policy: r.policy("r1", TrustPolicy)}
	queue := &thing{arn: "arn:aws:sqs:eu-central-1:" + accountB + ":q", account: accountB, policy: r.maybe(60, "q", ResourcePolicy)}
	calls := []call{
		{"s3:GetObject", object}, {"s3:PutObject", object}, {"s3:GetObject", data("/u1")}, {"s3:GetObject", data("/A/x")},
		{"s3:ListBucket", data("")}, {"s3:GetObject", data("/red/*")},
		{"kms:Decrypt", key}, {"kms:DescribeKey", key}, {"sts:AssumeRole", trust}, {"sts:AssumeRoleWithWebIdentity", trust},
		{"sqs:SendMessage", queue}, {"sqs:ReceiveMessage", queue}, {"s3:ListAllMyBuckets", &thing{arn: "*", account: accountA}},
	}
	actors := allActors()
	r.Shuffle(len(actors), func(i, j int) { actors[i], actors[j] = actors[j], actors[i] })
	r.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
	w.actors, w.calls = actors[:5], calls[:6]
	for range 3 {
		w.contexts = append(w.contexts, r.context())
	}
	for _, a := range w.actors {
		r.attach(a)
	}
	w.endpoint = r.maybe(20, "endpoint", EndpointPolicy)
	for _, account := range []string{accountA, accountB} {
		if r.IntN(100) < 25 {
			w.scp[account] = r.chain(ServiceControlPolicy)
		}
		if r.IntN(100) < 20 {
			w.rcp[account] = r.chain(ResourceControlPolicy)
		}
	}
	return w
}

func (w *world) environment(a *actor, at *thing) Environment {
	one := func(s *source) *Policy {
		if s == nil {
			return nil
		}
		return s.policy
	}
	many := func(list []*source) (out []*Policy) {
		for _, s := range list {
			out = append(out, s.policy)
		}
		return out
	}
	e := Environment{Identity: many(a.identity), Boundary: one(a.boundary), Session: many(a.sessions), Resource: one(at.policy), Endpoint: one(w.endpoint)}
	for _, level := range w.scp[a.account] {
		e.ServiceControl = append(e.ServiceControl, many(level))
	}
	for _, level := range w.rcp[at.account] {
		e.ResourceControl = append(e.ResourceControl, many(level))
	}
	return e
}

func (w *world) request(a *actor, c call, context Context) Request {
	return Request{Principal: a.principal, Action: c.action, Resource: c.thing.arn, ResourceAccount: c.thing.account, Context: context}
}

// each visits the requests of the world.
func (w *world) each(visit func(i int, a *actor, c call, context Context)) {
	i := 0
	for _, a := range w.actors {
		for _, c := range w.calls {
			for _, context := range w.contexts {
				visit(i, a, c, context)
				i++
			}
		}
	}
}
