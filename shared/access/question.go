package access

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/ringfence/ringfence/shared/iameval"
)

// Question is who may do what to what, and on which way. It is made of names that
// mean the same in every snapshot of an environment, never of ids, so that one
// question can be put to two of them.
type Question struct {
	// Principal is a role of the estate by its name, such as churn-training; with
	// "given everything" behind it, the role as if somebody had attached every
	// permission to it. Or it is somebody from outside, such as "role of another
	// account", "anonymous" or cloudtrail.amazonaws.com.
	Principal string `json:"principal"`
	// Action is one of AWS, such as s3:GetObject.
	Action string `json:"action"`
	// Resource is such as "data bucket: models/churn/" or "audit key".
	Resource string `json:"resource"`
	// Way is how the request travels and what it says besides, such as "through the
	// endpoint"; empty where nothing more needs to be said.
	Way string `json:"way,omitempty"`
}

// String reads like "churn-training s3:GetObject on data bucket: models/churn/
// through the endpoint".
func (q Question) String() string {
	return strings.TrimSpace(q.Principal + " " + q.Action + " on " + q.Resource + " " + q.Way)
}

// Supposed reports whether the principal is a role as if somebody had attached
// every permission to it, and not as it is.
func (q Question) Supposed() bool { return strings.HasSuffix(q.Principal, givenEverything) }

// Compare orders questions by principal, action, resource and way.
func (q Question) Compare(other Question) int {
	return cmp.Or(cmp.Compare(q.Principal, other.Principal), cmp.Compare(q.Resource, other.Resource),
		cmp.Compare(q.Action, other.Action), cmp.Compare(q.Way, other.Way))
}

// Answer is a question with what the policies of a snapshot say to it.
type Answer struct {
	Question
	Decision iameval.Decision
	// Err is why there is no decision: ErrUnknown where a policy is not known yet,
	// ErrAbsent where the snapshot has not what the question is about. It is never
	// to be taken for a denial.
	Err error
}

// Matrix answers every question that is worth asking of the estate: each of its
// roles, and those from outside, with the actions that matter on all that it
// has, on the ways that requests can take. Each question stands once, in the order
// of Compare.
//
// Prefixes times workloads would grow with their square. So a workload is asked
// about the prefixes that its policies or its environment file speak of, about
// shared/, and about one that stands for all others; nothing in force for it tells
// these apart.
func (m *Model) Matrix() []Answer {
	questions := m.questions()
	answers := make([]Answer, len(questions))
	v := m.vocabulary()
	var work sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		work.Go(func() {
			for i := worker; i < len(questions); i += workers {
				d, err := v.decide(questions[i])
				answers[i] = Answer{questions[i], d, err}
			}
		})
	}
	work.Wait()
	return answers
}

// Decide answers one question, of this snapshot's Matrix or of another's.
func (m *Model) Decide(q Question) (iameval.Decision, error) { return m.vocabulary().decide(q) }

// Behind is what a question asks of the evaluator in this snapshot, without the
// call to a key that S3 makes on its own.
func (m *Model) Behind(q Question) (iameval.Request, iameval.Environment, error) {
	return m.vocabulary().request(q)
}

// questions are those of the matrix, sorted.
func (m *Model) questions() []Question {
	a := &asker{Model: m}
	for _, about := range []func(*asker){
		(*asker).dataBucket, (*asker).otherBuckets, (*asker).keys, (*asker).services, (*asker).trust,
		(*asker).workloads, (*asker).models, (*asker).sageMaker, (*asker).account, (*asker).pipeline, (*asker).endpoints,
	} {
		about(a)
	}
	slices.SortFunc(a.questions, Question.Compare)
	return slices.Compact(a.questions)
}

// asker collects questions.
type asker struct {
	*Model
	questions []Question
}

// ask adds the questions of every principal, action, resource and way.
func (a *asker) ask(principals, actions, resources []string, ways ...string) {
	for _, p := range principals {
		for _, action := range actions {
			for _, r := range resources {
				for _, w := range ways {
					a.questions = append(a.questions, Question{p, action, r, w})
				}
			}
		}
	}
}

// decide answers a question. A read or write that is allowed is one that the key
// behind the bucket allows too, since S3 calls it for the caller.
func (v *vocabulary) decide(q Question) (iameval.Decision, error) {
	d, err := v.decideOne(q)
	if err != nil || d.Verdict != iameval.Allow {
		return d, err
	}
	behind, ok := v.keyBehind(q)
	if !ok {
		return d, nil
	}
	opened, err := v.decideOne(behind)
	if err != nil || opened.Verdict != iameval.Allow {
		return opened, err
	}
	return d, nil
}

func (v *vocabulary) decideOne(q Question) (iameval.Decision, error) {
	request, inForce, err := v.request(q)
	if err == nil {
		var d iameval.Decision
		if d, err = iameval.Evaluate(request, inForce); err == nil {
			return d, nil
		}
	}
	return iameval.Decision{}, fmt.Errorf("%s: %w", q, err)
}

func (v *vocabulary) request(q Question) (iameval.Request, iameval.Environment, error) {
	return v.model.Request(v.caller(q.Principal), v.way(q), q.Action, v.target(q))
}

// keyBehind is the call that S3 makes to KMS on the caller's behalf. A service
// that acts on its own brings its own context, and asks for itself.
//
// Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys
// (SSE-KMS)", Permissions.
func (v *vocabulary) keyBehind(q Question) (Question, bool) {
	bucket, _, object := strings.Cut(q.Resource, " bucket: ")
	call := keyCalls[q.Action]
	if !object || call == "" || !slices.Contains(encryptedBuckets, bucket) || v.caller(q.Principal).principal.Account() == "" {
		return Question{}, false
	}
	return Question{q.Principal, call, bucket + " key", "through s3"}, true
}

var (
	keyCalls = map[string]string{"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}
	// encryptedBuckets are those with a key of their own, of the same name.
	encryptedBuckets = []string{"audit", "data"}
)
