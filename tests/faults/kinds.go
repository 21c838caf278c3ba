package main

import (
	"math/rand/v2"
	"slices"
	"syscall"
	"time"

	"github.com/ringfence/ringfence/tests/faults/proxy"
)

// kind is a kind of fault.
type kind struct {
	name string
	// plan is what the proxy does to calls, of which so many change something as a
	// rule.
	plan func(r *rand.Rand, writes int) proxy.Plan
	// program is whom signal strikes: "command", or the name of an executable.
	program string
	signal  syscall.Signal
	// special is a fault of its own making.
	special special
	// part: only for the lane that has a part of the estate, because the whole one
	// would be built anew.
	part bool
}

// special is a fault that is neither in the network nor a signal.
type special int

const (
	ordinary special = iota
	restart          // the emulator is restarted
	fullDisk         // the file system of the state is full
	twice            // two commands at once
	corrupt          // a state file is damaged
)

// lostCreation loses the answer to the first creation of one type, each trial that
// of another type.
const lostCreation = "lost answer of a creation"

// creations are the operations that create what network and security are made of.
var creations = []string{
	"ec2 CreateVpc", "kms CreateKey", "ec2 CreateSecurityGroup", "logs CreateLogGroup", "ec2 CreateSubnet", "iam CreateRole",
	"ec2 CreateVpcEndpoint", "kms CreateAlias", "iam CreatePolicy", "ec2 CreateFlowLogs", "ec2 CreateRouteTable",
	"ec2 CreateNetworkAcl", "iam CreateInstanceProfile", "ec2 AuthorizeSecurityGroupIngress",
	"ec2 AuthorizeSecurityGroupEgress", "iam CreateOpenIDConnectProvider", "access-analyzer PUT /analyzer",
}

// kinds are all faults, in the order of the report.
var kinds = []kind{
	{name: "throttling", plan: rate(proxy.Throttle, 0.05, 0.15, 0.4)},
	{name: "server error", plan: rate(proxy.Break, 0.05, 0.15, 0.4)},
	{name: "connection reset", plan: rate(proxy.Reset, 0.05, 0.15, 0.4)},
	{name: "slow answer", plan: func(r *rand.Rand, _ int) proxy.Plan {
		return proxy.Plan{Kind: proxy.Slow, Rate: 0.2, At: early(r), Delay: time.Duration(1+r.IntN(3)) * time.Second}
	}},
	{name: "lost answer", plan: func(r *rand.Rand, writes int) proxy.Plan {
		return proxy.Plan{Kind: proxy.Lose, Rate: pick(r, 0, 0.1, 0.3), At: []int{1 + r.IntN(writes)}}
	}},
	{name: "lost answer, then no network", plan: func(r *rand.Rand, writes int) proxy.Plan {
		return proxy.Plan{Kind: proxy.Outage, At: []int{1 + r.IntN(writes)}}
	}},
	{name: lostCreation, part: true, plan: func(*rand.Rand, int) proxy.Plan {
		return proxy.Plan{Kind: proxy.Lose, At: []int{1}}
	}},
	{name: "clock skew", plan: func(r *rand.Rand, _ int) proxy.Plan {
		minutes := pick(r, 4, 20, 180) * pick(r, 1, -1)
		return proxy.Plan{Kind: proxy.Skew, Ahead: time.Duration(minutes) * time.Minute}
	}},
	{name: "SIGINT to the command", program: "command", signal: syscall.SIGINT},
	{name: "SIGTERM to the command", program: "command", signal: syscall.SIGTERM},
	{name: "SIGKILL to the command", program: "command", signal: syscall.SIGKILL},
	{name: "SIGTERM to an engine", program: "pulumi", signal: syscall.SIGTERM},
	{name: "SIGKILL to an engine", program: "pulumi", signal: syscall.SIGKILL},
	{name: "SIGKILL to the plugin", program: "pulumi-resource-aws", signal: syscall.SIGKILL},
	{name: "emulator restarted", special: restart, part: true},
	{name: "full disk", special: fullDisk},
	{name: "two at once", special: twice},
	{name: "damaged state file", special: corrupt},
}

func rate(k proxy.Kind, rates ...float64) func(*rand.Rand, int) proxy.Plan {
	return func(r *rand.Rand, _ int) proxy.Plan {
		return proxy.Plan{Kind: k, Rate: pick(r, rates...), At: early(r)}
	}
}

// early is a call that every command makes.
func early(r *rand.Rand) []int { return []int{1 + r.IntN(2)} }

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// named is the kind of this name.
func named(name string) kind {
	return kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })]
}
