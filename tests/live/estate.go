package live

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	environment "github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/sandbox"
)

// Estate is a deployed sandbox, and the callers that the attempts are made by.
type Estate struct {
	Names names.Names
	// Role is the name of the integration role.
	Role string
	// Integration is a session of the integration role, a deployer of the estate;
	// Scientist is one of the role that starts the workloads' jobs.
	Integration, Scientist aws.Config
	// Plain is where S3 answers without TLS.
	Plain string
}

// Open reaches the sandbox of an environment file with the credentials of the
// process, which must be those of the integration role.
func Open(ctx context.Context, folder, name string) (*Estate, error) {
	env, err := environment.Load(folder, name, name)
	if err != nil {
		return nil, err
	}
	if !env.GitHub.Integration {
		return nil, fmt.Errorf("%s.yaml: github.integration is not set: the live tests run in a sandbox", name)
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(env.Region))
	if err != nil {
		return nil, err
	}
	e := at(env)
	e.Integration, e.Scientist = cfg, cfg.Copy()
	e.Scientist.Credentials = aws.NewCredentialsCache(
		stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), e.Names.IAMARN("role/"+e.Names.Of("data-scientist"))))
	// A role that nobody can become would make every refusal look right.
	if _, err := e.Scientist.Credentials.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("becoming the data scientist of the estate: %w", err)
	}
	return e, nil
}

// at is the estate without anybody who calls.
func at(env *environment.Environment) *Estate {
	return &Estate{
		Names: names.New(env.Name, env.AccountID, env.Region), Role: sandbox.Of(env).Role(),
		Plain: "http://s3." + env.Region + ".amazonaws.com",
	}
}

// s3 is S3 over TLS, or plainly.
func (e *Estate) s3(plainly bool) *s3.Client {
	return s3.NewFromConfig(e.Integration, func(o *s3.Options) {
		if o.UsePathStyle = o.BaseEndpoint != nil || plainly; plainly {
			o.BaseEndpoint = &e.Plain
		}
	})
}

// data is the name of the data bucket.
func (e *Estate) data() *string { return aws.String(e.Names.Bucket("data")) }
