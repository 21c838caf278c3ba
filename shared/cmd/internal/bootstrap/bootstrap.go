// Package bootstrap makes, checks and mends what stands in an AWS account before the
// first deployment: the place of Pulumi's state, which package backend describes, and
// in a sandbox what package sandbox does.
//
// All of it is one list of settings in the order of their making. Making goes
// through the list and changes only what is not as it should be; so a second run
// changes nothing, a run that broke off is carried on by the next, and what
// somebody changed is put right. Checking goes through the same list and
// changes nothing.
package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/config"
)

// Store is the place of the state in an account. The caller has made sure that
// the account is the right one.
type Store struct {
	backend.Backend
	env *config.Environment
	iam *iam.Client
	s3  *s3.Client
	kms *kms.Client

	// keyID and keyARN are known once the key was looked for and found.
	keyID, keyARN string
	// made are the things that this run has made.
	made map[string]bool
}

// Open is the place of an environment's state, reached with this configuration.
func Open(env *config.Environment, cfg aws.Config) *Store {
	return &Store{
		Backend: backend.Of(env), env: env, made: map[string]bool{},
		// An emulator has one address, not one per bucket.
		s3:  s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cfg.BaseEndpoint != nil }),
		iam: iam.NewFromConfig(cfg),
		kms: kms.NewFromConfig(cfg),
	}
}

// Outcome says what became of a setting.
type Outcome string

// The outcomes. Check gives only the first three.
const (
	// Right: it is as it should be.
	Right Outcome = "as it should be"
	// Missing: the thing that the setting belongs to is not there.
	Missing Outcome = "not there"
	// Wrong: it is something else.
	Wrong Outcome = "not as it should be"
	// Made: it was made, or belongs to what was made in this run.
	Made Outcome = "made"
	// Mended: it was something else, and was put right.
	Mended Outcome = "put right"
)

// Step is one setting and what became of it.
type Step struct {
	// Of is the thing that is set up, such as "bucket ringfence-dev-state-…".
	Of string `json:"of"`
	// What says in a few words what holds, such as "keeps every version".
	What    string  `json:"what"`
	Outcome Outcome `json:"outcome"`
	// Found is what was there in its place.
	Found string `json:"found,omitempty"`
}

// setting is one thing that must be so.
type setting struct {
	of, what string
	// look says whether it is so, and if not, what is there instead. An empty
	// found means that there is nothing.
	look func(context.Context) (right bool, found string, err error)
	// set makes it so.
	set func(context.Context) error
}

// patience bounds each single question or change, retries included.
const patience = 30 * time.Second

// Check says of every setting of the place of the state whether it is as it should
// be, and changes nothing.
func (s *Store) Check(ctx context.Context) ([]Step, error) { return check(ctx, s.settings()) }

// CheckSandbox does so for what stands in a sandbox.
func (s *Store) CheckSandbox(ctx context.Context) ([]Step, error) {
	settings, err := s.sandboxSettings()
	if err != nil {
		return nil, err
	}
	return check(ctx, settings)
}

func check(ctx context.Context, settings []setting) ([]Step, error) {
	var steps []Step
	gone := map[string]bool{}
	for _, setting := range settings {
		step := Step{Of: setting.of, What: setting.what, Outcome: Missing}
		if !gone[setting.of] {
			right, found, err := setting.find(ctx)
			if err != nil {
				return steps, setting.failed("looking at", err)
			}
			step.Found = found
			switch {
			case right:
				step.Outcome = Right
			case setting.what == exists:
				gone[setting.of] = true
			default:
				step.Outcome = Wrong
			}
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// Make makes and mends what is not as it should be, and tells say of every
// setting. After an error, what was done stays, and the next run goes on there.
func (s *Store) Make(ctx context.Context, say func(Step)) error {
	sandbox, err := s.sandboxSettings()
	if err != nil {
		return err
	}
	for _, setting := range append(s.settings(), sandbox...) {
		right, found, err := setting.find(ctx)
		if err != nil {
			return setting.failed("looking at", err)
		}
		step := Step{Of: setting.of, What: setting.what, Outcome: Right}
		if !right {
			if err := setting.make(ctx); err != nil {
				return setting.failed("setting up", err)
			}
			s.made[setting.of] = s.made[setting.of] || setting.what == exists
			step.Outcome, step.Found = Mended, found
		}
		if s.made[setting.of] {
			step.Outcome, step.Found = Made, ""
		}
		say(step)
	}
	return nil
}

func (s setting) make(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.set(ctx)
}

func (s setting) find(ctx context.Context) (right bool, found string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	right, found, err = s.look(ctx)
	if right {
		found = ""
	}
	return right, found, err
}

// failed words an error, with the way out where it is known.
func (s setting) failed(doing string, err error) error {
	var refused smithy.APIError
	way := "run the command again when that is mended: it goes on where it stopped"
	if errors.As(err, &refused) {
		switch refused.ErrorCode() {
		case "AccessDenied", "AccessDeniedException", "Forbidden", "403":
			way = "sign in as an administrator of the account. If you are one, a policy of the organization or of this " +
				"resource denies it, or the name belongs to another account"
		case "BucketAlreadyExists":
			way = "names of buckets are shared by all of AWS, and another account has taken this one: keep the state in " +
				"Pulumi Cloud (state.backend: https://api.pulumi.com), or call the environment file something else"
		}
		err = fmt.Errorf("%s: %s", refused.ErrorCode(), refused.ErrorMessage())
	}
	return fmt.Errorf("%s %s (%s): %w: %s", doing, s.of, s.what, err, way)
}

// exists is the first setting of everything: that it is there.
const exists = "is there"

// settings lists all of the place of the state, in the order of its making. A policy comes last: it
// may forbid to change what stands before it.
func (s *Store) settings() []setting {
	logs, state := s.LogBucket(), s.Bucket()
	all := append(s.keySettings(),
		s.bucketExists(logs), s.bucketIsPrivate(logs), s.bucketHasOneOwner(logs), s.bucketIsVersioned(logs),
		s.bucketIsEncrypted(logs, false), s.bucketExpires(logs, backend.AccessLogDays, backend.OldLogDays),
		s.bucketIsTagged(logs), s.bucketHasPolicy(logs, func() (string, error) { return s.LogBucketPolicy() }))
	return append(all,
		s.bucketExists(state), s.bucketIsPrivate(state), s.bucketHasOneOwner(state), s.bucketIsVersioned(state),
		s.bucketIsEncrypted(state, true), s.bucketExpires(state, 0, backend.OldStateDays),
		s.bucketIsTagged(state), s.bucketIsLogged(state, logs),
		s.bucketHasPolicy(state, func() (string, error) { return s.BucketPolicy(s.keyARN) }))
}
