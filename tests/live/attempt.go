// Package live tries, in a deployed sandbox, what the estate must refuse.
//
// The rule it upholds: an attempt passes only when AWS says that the caller may not
// do it. That it worked is a hole. That something else was in the way, a name that
// is not there, a network that is down, too many calls, proves nothing and fails
// too; and so does a refusal for want of a grant where a guard must hold whatever
// is granted.
//
// The attempts themselves run in a real account only, with the build tag live:
// `./ringfence test --live`. The tests of this package prove without one that each
// attempt can fail.
package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// Attempt is something that AWS must refuse.
type Attempt struct {
	// Name says what is tried; Control is what holds against it.
	Name, Control string
	// Do tries it.
	Do func(context.Context, *Estate) error
	// Twin differs from Do only in what is forbidden, and must work: so the refusal
	// has no other reason. Not every attempt has one.
	Twin func(context.Context, *Estate) error
	// Undo takes back what was done, where it was not refused.
	Undo func(context.Context, *Estate) error
}

// Try makes an attempt. It fails unless AWS refuses it.
func Try(ctx context.Context, e *Estate, a Attempt) error {
	if a.Twin != nil {
		if err := a.Twin(ctx, e); err != nil {
			return fmt.Errorf("%s (%s): what is allowed beside it does not work, so a refusal would prove nothing: %w", a.Name, a.Control, err)
		}
	}
	err := a.Do(ctx, e)
	if err == nil && a.Undo != nil {
		if undone := a.Undo(ctx, e); undone != nil {
			return fmt.Errorf("%s (%s): AWS allowed it, and it could not be taken back: %w", a.Name, a.Control, undone)
		}
	}
	if err = refused(err); err != nil {
		return fmt.Errorf("%s (%s): %w", a.Name, a.Control, err)
	}
	return nil
}

// denials are the words in which AWS says that a caller may not do something.
var denials = []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}

// refused is nil where an error says that AWS refused the call by a denial.
func refused(err error) error {
	var answer smithy.APIError
	switch {
	case err == nil:
		return errors.New("AWS allowed it")
	case !errors.As(err, &answer):
		return fmt.Errorf("AWS did not answer: %w", err)
	case !slices.Contains(denials, answer.ErrorCode()):
		return fmt.Errorf("it failed for another reason: %w", err)
	case strings.Contains(answer.ErrorMessage(), "no identity-based policy allows"):
		return fmt.Errorf("it was refused because nothing grants it, and not by a denial that holds whatever is granted: %w", err)
	}
	return nil
}
