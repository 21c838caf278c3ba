// Package account makes sure that a deployment reaches the AWS account that
// the environment file names, before anything is changed.
package account

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// Emulated is the configuration for an emulated AWS at an endpoint.
func Emulated(endpoint, region string, keys aws.Credentials) aws.Config {
	return aws.Config{
		Region:           region,
		BaseEndpoint:     aws.String(endpoint),
		Credentials:      credentials.StaticCredentialsProvider{Value: keys},
		RetryMaxAttempts: 2,
	}
}

// Real is the user's own configuration, as every AWS tool finds it.
func Real(ctx context.Context, region string) (aws.Config, error) {
	return awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(region), awsconfig.WithRetryMaxAttempts(3),
		awsconfig.WithLogger(logging.Nop{})) // what matters becomes an error
}

// Wanted is what the environment file says.
type Wanted struct {
	// File is the environment file, for messages.
	File string
	// Account is the file's accountId.
	Account string
}

// patience bounds the whole check. Looking for credentials on a machine that
// has none takes some seconds.
const patience = 20 * time.Second

// The reasons why it cannot be told whose credentials these are. Errors of this
// package are one of them, or neither: then the account is another one.
var (
	ErrSignedOut   = errors.New("not signed in to AWS")
	ErrUnreachable = errors.New("AWS does not answer")
)

// because gives an error a reason, which its text does not repeat.
type because struct {
	error
	reason error
}

func (b because) Is(target error) bool { return target == b.reason }

// Identity is who calls AWS.
type Identity struct{ Account, ARN string }

// Caller asks AWS whose credentials these are.
func Caller(ctx context.Context, wanted Wanted, cfg aws.Config) (Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return Identity{}, because{fmt.Errorf("no AWS credentials for account %s (accountId in %s): sign in, for instance with "+
			"`aws sso login` and AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (%s)",
			wanted.Account, wanted.File, rootCause(err)), ErrSignedOut}
	}
	caller, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, unanswered(cfg, err)
	}
	return Identity{Account: aws.ToString(caller.Account), ARN: aws.ToString(caller.Arn)}, nil
}

// Check asks AWS whose credentials these are, and makes sure that they are of the
// wanted account.
func Check(ctx context.Context, wanted Wanted, cfg aws.Config) error {
	caller, err := Caller(ctx, wanted, cfg)
	if err != nil || caller.Account == wanted.Account {
		return err
	}
	message := fmt.Sprintf("%s: accountId is %q, but the credentials are of account %s (%s): use credentials of "+
		"account %[2]s, or correct accountId", wanted.File, wanted.Account, caller.Account, caller.ARN)
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" && cfg.BaseEndpoint != nil && *cfg.BaseEndpoint == endpoint {
		message += fmt.Sprintf("; AWS_ENDPOINT_URL=%s sends every call there: unset it", endpoint)
	}
	return errors.New(message)
}

func unanswered(cfg aws.Config, err error) error {
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused) && busy(err):
		return because{fmt.Errorf("AWS could not tell whose credentials these are: %s: %s: run the command again",
			refused.ErrorCode(), refused.ErrorMessage()), ErrUnreachable}
	case errors.As(err, &refused):
		return because{fmt.Errorf("AWS refuses the credentials: %s: sign in again", refused.ErrorMessage()), ErrSignedOut}
	case cfg.BaseEndpoint != nil:
		return because{fmt.Errorf("nothing answers at %s: %s: run the command again; where it stays so, "+
			"./ringfence emulator status says what is there", *cfg.BaseEndpoint, rootCause(err)), ErrUnreachable}
	default:
		return because{fmt.Errorf("AWS in %s does not answer: %s: check the network and the region", cfg.Region, rootCause(err)), ErrUnreachable}
	}
}

// busy reports whether AWS has refused a call although nothing is wrong with it.
func busy(err error) bool {
	return retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
}

// rootCause is the innermost error: the SDK wraps it in half a dozen others.
func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
