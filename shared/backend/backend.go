// Package backend says how the place of Pulumi's state is set up in an AWS
// account: a bucket, a bucket for its access logs, and one key for both the
// bucket and the secrets in the state.
//
// It is made before everything else, and not by Pulumi, so its names are fixed
// by convention and its settings are plain values: what makes it, what checks it
// and what proves who gets in read the same ones. Nobody gets in by these
// policies alone; they only say who may be let in.
package backend

import (
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
)

// Backend is the place of the state of one environment.
type Backend struct {
	env   *config.Environment
	names names.Names
}

// Of is the backend of an environment. It carries the name of the environment
// file, whatever the Pulumi stacks are called.
func Of(env *config.Environment) Backend {
	return Backend{env: env, names: names.New(env.Name, env.AccountID, env.Region)}
}

// How long things are kept, in days.
const (
	// OldStateDays is how long a replaced or deleted state can be recovered.
	OldStateDays = 365
	// AccessLogDays is how long the access logs are kept.
	AccessLogDays = 365
	// OldLogDays is how long a deleted access log can be recovered.
	OldLogDays = 30
	// BrokenUploadDays is how long parts of an unfinished upload are kept.
	BrokenUploadDays = 7
)

// AccessLogPrefix starts the names of the access logs.
const AccessLogPrefix = "state/"

// Bucket names the bucket of the state.
func (b Backend) Bucket() string { return b.names.Bucket("state") }

// LogBucket names the bucket of the state bucket's access logs.
func (b Backend) LogBucket() string { return b.names.Bucket("state-logs") }

// KeyAlias names the key, as alias/….
func (b Backend) KeyAlias() string { return b.names.KeyAlias("state") }

// State is what the environment file says of this backend: the addresses as
// Pulumi takes them.
func (b Backend) State() config.State {
	return config.State{
		Backend:         "s3://" + b.Bucket() + "?region=" + b.env.Region,
		SecretsProvider: "awskms://" + b.KeyAlias() + "?region=" + b.env.Region,
	}
}

// ManagedBy is the value of the tag ManagedBy on all that bootstrap makes. No
// state knows any of it.
const ManagedBy = "ringfence-bootstrap"

// Tags are on the key and on both buckets.
func (b Backend) Tags() map[string]string {
	return map[string]string{
		"ControlSet":         "ringfence",
		"DataClassification": "confidential",
		"Environment":        b.env.Name,
		"ManagedBy":          ManagedBy,
		"Owner":              b.env.Owner,
		"Purpose":            "pulumi-state",
	}
}

// Users are the roles that may use the key: those that run Pulumi by hand, and
// those of the workflows.
func (b Backend) Users() []string {
	roles := append([]string{}, b.env.Access.Deployers...)
	for _, role := range stateRoles(b.env) {
		roles = append(roles, b.names.IAMARN("role/"+b.names.Of(role)))
	}
	return roles
}

// The names in the account of a sandbox, where the nightly integration deploys and
// destroys; see package sandbox.
const (
	IntegrationRole     = "integration"
	IntegrationBoundary = "integration-boundary"
)

// DeployRole names the role that deploys a stack.
func DeployRole(stack graph.Name) string { return "deploy-" + string(stack) }

// PipelineRoles are the roles of the workflows, without the prefix of their
// environment: as the security stack makes them, and the one that bootstrap makes.
func PipelineRoles(e *config.Environment) []string { return append(stateRoles(e), "evidence") }

// stateRoles are those of them that use the state.
func stateRoles(e *config.Environment) []string {
	roles := []string{"preview", "drift"}
	for _, stack := range graph.Names() {
		roles = append(roles, DeployRole(stack))
	}
	if e.GitHub.Integration {
		roles = append(roles, IntegrationRole)
	}
	return roles
}
