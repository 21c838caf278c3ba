package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/graph"
)

// ConsumedKey is an output that says what the deployment of a stack has read: by
// upstream stack, the digest of each field of its contract. So a look at the
// state tells whether the stack runs on what its upstream stacks export now.
//
// It is part of no contract. Nobody reads it in a program, so a change of one
// stack does not make those after the next one look changed.
const ConsumedKey = "consumed"

// consumed collects what a program reads, by upstream stack and field.
type consumed struct {
	mu      sync.Mutex
	digests map[graph.Name]pulumi.StringMap
}

// consumedKey finds it in the context of a program.
type consumedKey struct{}

// Noting returns a program's context in which Read notes what it has read.
func Noting(ctx *pulumi.Context) *pulumi.Context {
	return ctx.WithValue(consumedKey{}, &consumed{digests: map[graph.Name]pulumi.StringMap{}})
}

// Consumed is what Read has noted so far, in the form of the output ConsumedKey.
// In a preview, what is not known yet has no known digest either.
func Consumed(ctx *pulumi.Context) pulumi.Map {
	out := pulumi.Map{}
	if c, ok := ctx.Value(consumedKey{}).(*consumed); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		for upstream, digests := range c.digests {
			out[string(upstream)] = maps.Clone(digests)
		}
	}
	return out
}

// ExportConsumed makes what was read an output of the running program. It is
// called last: a program that fails leaves the output of the one before.
func ExportConsumed(ctx *pulumi.Context) {
	if read := Consumed(ctx); len(read) > 0 {
		ctx.Export(ConsumedKey, read)
	}
}

// note keeps the digests of a contract's outputs. One without a value is not
// known yet.
func note(ctx *pulumi.Context, c Contract, outputs map[string]any) {
	read, ok := ctx.Value(consumedKey{}).(*consumed)
	if !ok {
		return
	}
	digests := pulumi.StringMap{}
	for _, key := range append(keys(c), versionKey) {
		if outputs[key] == nil {
			digests[key] = unknownField(reflect.TypeFor[string]()).Interface().(pulumi.StringOutput)
		} else {
			digests[key] = pulumi.String(digest(outputs[key]))
		}
	}
	read.mu.Lock()
	defer read.mu.Unlock()
	read.digests[c.Stack()] = digests
}

// Outdated compares what a stack has consumed of an upstream stack, as its
// output ConsumedKey says, with the outputs that this one has now. It names the
// fields that are not what they were, sorted. Known is false when nothing was
// noted: the deployment is older than the note.
func Outdated(consumed any, upstream graph.Name, outputs map[string]any) (fields []string, known bool) {
	all, _ := consumed.(map[string]any)
	noted, _ := all[string(upstream)].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(noted)) {
		if value, ok := outputs[key]; !ok || noted[key] != digest(value) {
			fields = append(fields, key)
		}
	}
	return fields, len(noted) > 0
}

// digest is the SHA-256 of a value of a state, over its JSON, in which the keys of
// a mapping are sorted.
func digest(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // a value of a state was JSON before
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
