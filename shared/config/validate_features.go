package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/names"
)

var (
	// A name of GitHub's has at most 39 characters, one of a repository 100.
	repository = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)
	number     = regexp.MustCompile(`^[0-9]{1,20}$`)
	// modelID is the last part of a foundation model's ARN; a wildcard in it would
	// allow more models than are listed.
	modelID      = regexp.MustCompile(`^[a-z0-9]+(\.[a-z0-9-]+)+(:[0-9a-z]+)*$`)
	guardrailARN = regexp.MustCompile(`^arn:aws[a-z-]*:bedrock:([a-z0-9-]+):([0-9]{12}):guardrail/[a-z0-9]+$`)
	providerARN  = regexp.MustCompile(`^arn:aws[a-z-]*:iam::([0-9]{12}):oidc-provider/token\.actions\.githubusercontent\.com$`)
	instanceType = regexp.MustCompile(`^ml\.[a-z0-9-]+\.[a-z0-9-]+$`)
	phone        = regexp.MustCompile(`^[\s0-9()+-]{3,25}$`)
)

// What a contact may say of a person, in characters (AWS Account Management API
// Reference, PutAlternateContact).
const maxContactName, maxContactTitle = 64, 50

func (v *validation) github(e *Environment, stack string) {
	g := e.GitHub
	if !repository.MatchString(g.Repository) {
		v.need("github.repository", g.Repository, "must be the repository whose workflows deploy the estate, as owner/name (control IAM-10)", "acme/ringfence")
	}
	if (g.OwnerID == "") != (g.RepositoryID == "") {
		v.fail("github.ownerId", g.OwnerID, "goes with github.repositoryId: give both or neither", "")
	}
	if g.OwnerID != "" && !number.MatchString(g.OwnerID) {
		v.fail("github.ownerId", g.OwnerID, "must be GitHub's number for the owner", `"123456"`)
	}
	if g.RepositoryID != "" && !number.MatchString(g.RepositoryID) {
		v.fail("github.repositoryId", g.RepositoryID, "must be GitHub's number for the repository", `"123456"`)
	}
	if match := providerARN.FindStringSubmatch(g.ProviderARN); g.ProviderARN != "" && (match == nil || match[1] != e.AccountID) {
		v.fail("github.providerArn", g.ProviderARN, "must be the OIDC provider for GitHub of this account",
			"arn:aws:iam::"+e.AccountID+":oidc-provider/token.actions.githubusercontent.com")
	}
	if g.Integration && e.Lifecycle != Ephemeral {
		v.fail("github.integration", "true", "lets a workflow destroy the environment, so its lifecycle must be ephemeral: leave it out", "")
	}
	for _, name := range e.Features.ofTheAccount() {
		if g.Integration {
			v.fail("features."+name, "", "sets up the account or another region, which the role of the nightly integration may not: leave it out, or github.integration", "")
		}
	}
	if g.Integration && strings.HasPrefix(e.State.Backend, "http") {
		v.fail("state.backend", e.State.Backend, "must be the bucket that ./ringfence bootstrap makes: a workflow that deploys and destroys by itself has no token for another place", "")
	}
	if g.Integration && stack != e.Name {
		v.fail("github.integration", "true", "goes by the names of one estate, so environment "+e.Name+" is deployed under its own name only: leave out --name, or use another environment file", "")
	}
}

func (v *validation) models(e *Environment) {
	for i, id := range e.Models.Allowed {
		key := fmt.Sprintf("models.allowed[%d]", i)
		if !modelID.MatchString(id) {
			v.need(key, id, "must be the id of one foundation model, without wildcards", "amazon.nova-lite-v1:0")
		}
		if slices.Contains(e.Models.Allowed[:i], id) {
			v.fail(key, id, "is listed twice", "")
		}
	}
	match := guardrailARN.FindStringSubmatch(e.Models.Guardrail)
	if e.Models.Guardrail != "" && (match == nil || match[1] != e.Region || match[2] != e.AccountID) {
		v.fail("models.guardrail", e.Models.Guardrail, "must be the ARN of a guardrail of this account and region",
			"arn:aws:bedrock:"+e.Region+":"+e.AccountID+":guardrail/abc123")
	}
}

func (v *validation) features(e *Environment, n names.Names) {
	f := e.Features
	for i, t := range f.InstanceTypes {
		key := fmt.Sprintf("features.instanceTypes[%d]", i)
		if !instanceType.MatchString(t) {
			v.need(key, t, "must be an instance type of SageMaker", "ml.m5.xlarge")
		}
		if slices.Contains(f.InstanceTypes[:i], t) {
			v.fail(key, t, "is listed twice", "")
		}
	}
	if len(f.SupportRole) > 0 {
		v.principals("features.supportRole", "role", f.SupportRole, e.AccountID)
	}
	if c := f.SecurityContact; c != nil {
		if c.Name == "" || len(c.Name) > maxContactName {
			v.need("features.securityContact.name", c.Name, fmt.Sprintf("must name a person or a team, in at most %d characters", maxContactName), "Security team")
		}
		if c.Title == "" || len(c.Title) > maxContactTitle {
			v.need("features.securityContact.title", c.Title, fmt.Sprintf("must say what they are, in at most %d characters", maxContactTitle), "Head of Security")
		}
		v.email("features.securityContact.email", c.Email)
		if !phone.MatchString(c.Phone) {
			v.need("features.securityContact.phone", c.Phone, "must be a telephone number", "+49 30 123456")
		}
	}
	if f.DataLockDays < 0 || f.DataLockDays > 36500 {
		v.fail("features.dataLockDays", fmt.Sprint(f.DataLockDays), "must be 0 to 36500 days (control DAT-17)", "30")
	}
	if f.DataLockDays > 0 && e.Lifecycle == Ephemeral {
		v.fail("features.dataLockDays", fmt.Sprint(f.DataLockDays), "cannot be set in an ephemeral environment: locked objects cannot be deleted with it (control DAT-17)", "")
	}
	v.replica(e, n)
	for _, o := range Options {
		if e.Target == Emulator && o.EmulatorLacks != "" && o.On(e) {
			v.fail("features."+o.Feature, "", "cannot be on in the emulator, which lacks "+o.EmulatorLacks+" (control "+o.Control+")", "")
		}
	}
}

// replica checks the region of the replica, whose bucket of access logs has the
// longest name of all buckets.
func (v *validation) replica(e *Environment, n names.Names) {
	const key = "features.replicaRegion"
	to := e.Features.ReplicaRegion
	there := names.Names{Prefix: n.Prefix, Account: n.Account, Region: to}
	switch {
	case to == "":
	case !region.MatchString(to) || to == e.Region:
		v.fail(key, to, "must be another region than "+e.Region, "eu-west-1")
	case there.Partition() != n.Partition():
		v.fail(key, to, "must be in the same partition as "+e.Region+": S3 does not copy between AWS and AWS GovCloud (US)", "")
	default:
		if err := there.CheckBucket("replica-logs"); err != nil {
			v.fail(key, to, err.Error(), "")
		}
	}
}
