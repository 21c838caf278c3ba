package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"github.com/ringfence/ringfence/shared/backend"
	whose "github.com/ringfence/ringfence/shared/cmd/internal/account"
	"github.com/ringfence/ringfence/shared/cmd/internal/bootstrap"
	"github.com/ringfence/ringfence/shared/cmd/internal/environmentfile"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/sandbox"
)

func (e *examination) lookAtCredentials(ctx context.Context) Finding {
	cfg, err := e.AWS(ctx)
	if err != nil {
		return wrong(err.Error(), "correct your AWS configuration")
	}
	wanted := whose.Wanted{File: e.File, Account: e.Environment.AccountID}
	caller, err := whose.Caller(ctx, wanted, cfg)
	switch {
	case errors.Is(err, whose.ErrSignedOut):
		return later(err.Error(), "sign in to account "+wanted.Account)
	case errors.Is(err, whose.ErrUnreachable):
		return unseen(err.Error(), "go online")
	case err != nil:
		return wrong(err.Error(), "")
	case caller.Account != wanted.Account:
		return wrong(fmt.Sprintf("you are signed in to account %s (%s), and accountId is %s", caller.Account, caller.ARN, wanted.Account),
			"sign in to account "+wanted.Account+", or correct accountId in "+e.File)
	}
	e.aws = &cfg
	if !mayDeploy(caller.ARN, e.Environment.Access.Deployers) {
		return wrong(caller.ARN+" is none of access.deployers: bootstrap works, but the key of the state does not let it deploy",
			"sign in with one of them, or add its role to access.deployers in "+e.File+" and run ./ringfence bootstrap --env "+e.Name)
	}
	return fine(caller.ARN)
}

// mayDeploy says whether a session is one of these roles. Its ARN,
// arn:aws:sts::<account>:assumed-role/<role>/<session>, leaves out the role's path.
func mayDeploy(caller string, deployers []string) bool {
	parts := strings.Split(caller, "/")
	if len(parts) != 3 || !strings.HasSuffix(parts[0], ":assumed-role") {
		return false
	}
	return slices.ContainsFunc(deployers, func(arn string) bool { return arn[strings.LastIndex(arn, "/")+1:] == parts[1] })
}

// inCloud: the check needs no account, because Pulumi Cloud keeps the state.
func (e *examination) inCloud(c Check) bool {
	return c.Name == "state" && strings.HasPrefix(e.Environment.State.Backend, "https://")
}

func (e *examination) lookAtState(ctx context.Context) Finding {
	way := "./ringfence bootstrap --env " + e.Name
	if strings.HasPrefix(e.Environment.State.Backend, "https://") {
		return fine("Pulumi Cloud keeps it: " + e.Environment.State.Backend)
	}
	place := backend.Of(e.Environment)
	missing, err := environmentfile.Unwritten(e.Environment.State, place.State())
	if err != nil {
		return wrong(err.Error(), "the roles of the workflows reach "+place.Bucket()+" only")
	}
	steps, err := bootstrap.Open(e.Environment, *e.aws).Check(ctx)
	if err != nil {
		return unseen(err.Error(), "sign in with a role that may read S3 and KMS")
	}
	right, details := count(steps)
	switch {
	case right == 0:
		return later("it is still to be made", way)
	case len(details) > 0:
		return wrong("it is not as it should be", way).with(details)
	case len(missing) > 0:
		return later("it is there, and "+e.File+" does not say so", way)
	}
	return fine(fmt.Sprintf("%s, %d settings", place.Bucket(), right))
}

// count says how many settings are right, and what is not.
func count(steps []bootstrap.Step) (right int, details []string) {
	for _, s := range steps {
		switch {
		case s.Outcome == bootstrap.Right:
			right++
		case s.Outcome == bootstrap.Wrong:
			details = append(details, fmt.Sprintf("%s: not so that it %s: %s", s.Of, s.What, s.Found))
		case !slices.Contains(details, s.Of+" is not there"):
			details = append(details, s.Of+" is not there")
		}
	}
	return right, details
}

// lookAtSandbox looks at the role of the nightly integration. The estate's own roles
// come and go with it every night.
func (e *examination) lookAtSandbox(ctx context.Context) Finding {
	way := "./ringfence bootstrap --env " + e.Name
	steps, err := bootstrap.Open(e.Environment, *e.aws).CheckSandbox(ctx)
	if err != nil {
		return unseen(err.Error(), "sign in with a role that may read IAM")
	}
	switch right, details := count(steps); {
	case right == 0:
		return later("the role of the nightly integration is still to be made", way)
	case len(details) > 0:
		return wrong("what stands in the sandbox is not as bootstrap leaves it", way).with(details)
	default:
		return fine(fmt.Sprintf("%s, %d settings", sandbox.Of(e.Environment).Role(), right))
	}
}

func (e *examination) lookAtRoles(ctx context.Context) Finding {
	if e.Environment.GitHub.Integration {
		return e.lookAtSandbox(ctx)
	}
	client, n := iam.NewFromConfig(*e.aws), names.New(e.Name, e.Environment.AccountID, e.Environment.Region)
	way := "a person deploys: ./ringfence up --env " + e.Name
	var there, missing, foreign []string
	for _, role := range backend.PipelineRoles(e.Environment) {
		out, err := client.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(n.Of(role))})
		switch {
		case absent(err):
			missing = append(missing, n.Of(role)+" is not there")
			continue
		case err != nil:
			return unseen("the roles: "+code(err), "sign in with a role that may read IAM")
		}
		there = append(there, role)
		trust, _ := url.QueryUnescape(aws.ToString(out.Role.AssumeRolePolicyDocument))
		if !strings.Contains(trust, `repo:`+e.Environment.GitHub.Repository+`:`) {
			foreign = append(foreign, n.Of(role)+" does not trust "+e.Environment.GitHub.Repository)
		}
	}
	provider := e.Environment.GitHub.ProviderARN
	if provider == "" {
		provider = n.IAMARN("oidc-provider/token.actions.githubusercontent.com")
	}
	out, err := client.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: &provider})
	switch {
	case absent(err):
		missing = append(missing, provider+" is not there")
	case err != nil:
		return unseen("the OIDC provider: "+code(err), "sign in with a role that may read IAM")
	case !slices.Contains(out.ClientIDList, "sts.amazonaws.com"):
		foreign = append(foreign, provider+" does not take tokens for sts.amazonaws.com")
	}
	switch {
	case len(there) == 0 && len(foreign) == 0:
		return later("nothing is deployed yet, and the pipeline cannot make its own roles", way)
	case len(missing)+len(foreign) > 0:
		return wrong("they are not as the security stack makes them", way).with(append(missing, foreign...))
	}
	return fine(fmt.Sprintf("%d roles trust %s", len(there), e.Environment.GitHub.Repository))
}

// absent says whether AWS answered that a thing is not there.
func absent(err error) bool { return err != nil && code(err) == "NoSuchEntity" }

// code is AWS's word for an error.
func code(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return err.Error()
}
