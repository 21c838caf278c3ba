package proxy

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// aws is a service that counts what it has done, and refuses a second call with
// the same invocation id as a replay.
func aws(t *testing.T) (address string, did *atomic.Int32) {
	did = &atomic.Int32{}
	seen := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id := r.Header.Get("Amz-Sdk-Invocation-Id"); seen[id] {
			t.Errorf("the invocation id %s got through twice", id)
		} else {
			seen[id] = true
		}
		did.Add(1)
		io.WriteString(w, "done")
	}))
	t.Cleanup(server.Close)
	return server.URL, did
}

// ask makes a call to IAM.
func ask(t *testing.T, p *Proxy, action string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.URL()+"/", strings.NewReader("Action="+action+"&Version=2010-05-08"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sign(r, "iam", time.Now())
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response, string(body), nil
}

func sign(r *http.Request, service string, at time.Time) {
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=KEY/20261122/eu-central-1/"+service+"/aws4_request, SignedHeaders=host, Signature=00")
	r.Header.Set("X-Amz-Date", at.UTC().Format("20060102T150405Z"))
	r.Header.Set("Amz-Sdk-Invocation-Id", "always the same")
}

func start(t *testing.T, plan Plan) (*Proxy, *atomic.Int32) {
	t.Helper()
	address, did := aws(t)
	p := Start(address)
	t.Cleanup(p.Close)
	p.Keep(plan)
	return p, did
}

func TestUnitLostAnswerIsLostAfterAWSHasActed(t *testing.T) {
	p, did := start(t, Plan{Kind: Lose, At: []int{2}})
	for i, action := range []string{"ListRoles", "CreateRole", "GetRole"} {
		if _, body, err := ask(t, p, action); err != nil || body != "done" {
			t.Fatalf("call %d: %q, %v", i, body, err)
		}
	}
	if _, _, err := ask(t, p, "TagRole"); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the second call that writes: %v", err)
	}
	tally := p.Tally()
	if did.Load() != 4 || !slices.Equal(tally.Lost, []string{"iam TagRole"}) || tally.Writes != 2 {
		t.Errorf("AWS did %d things: %+v", did.Load(), tally)
	}
}

func TestUnitNothingGetsThroughAnOutage(t *testing.T) {
	p, did := start(t, Plan{Kind: Outage, At: []int{1}})
	for _, action := range []string{"CreateRole", "GetRole", "CreateRole"} {
		if _, _, err := ask(t, p, action); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %v", action, err)
		}
	}
	if did.Load() != 1 {
		t.Errorf("AWS did %d things, want the first one only", did.Load())
	}
}

func TestUnitErrorsAreWordedAsTheProtocolDoes(t *testing.T) {
	for _, c := range []struct {
		service, kind, target, body string
		status                      int
		want                        string
	}{
		{"iam", "application/x-www-form-urlencoded", "", "Action=CreateRole", 400, "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"},
		{"ec2", "application/x-www-form-urlencoded", "", "Action=CreateVpc", 503, "<Response><Errors><Error><Code>RequestLimitExceeded</Code>"},
		{"kms", "application/x-amz-json-1.1", "TrentService.CreateKey", "{}", 400, `{"__type":"ThrottlingException"`},
		{"s3", "", "", "", 503, "<Error><Code>SlowDown</Code>"},
		{"access-analyzer", "application/json", "", "{}", 429, `{"message":"Rate exceeded"}`},
	} {
		p, did := start(t, Plan{Kind: Throttle, Rate: 1})
		r, _ := http.NewRequest(http.MethodPut, p.URL()+"/x", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		if c.target != "" {
			r.Header.Set("X-Amz-Target", c.target)
		}
		sign(r, c.service, time.Now())
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != c.status || !strings.HasPrefix(string(body), c.want) || did.Load() != 0 {
			t.Errorf("%s: %d %s; AWS did %d things", c.service, response.StatusCode, body, did.Load())
		}
	}
}

func TestUnitSkewedClockRefusesUntilItIsHeeded(t *testing.T) {
	p, did := start(t, Plan{Kind: Skew, Ahead: time.Hour})
	response, body, err := ask(t, p, "GetRole")
	if err != nil || response.StatusCode != http.StatusForbidden || !strings.Contains(body, "SignatureDoesNotMatch") || did.Load() != 0 {
		t.Fatalf("%s, %v", body, err)
	}
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil || time.Until(at).Round(time.Minute) != time.Hour {
		t.Errorf("the clock says %v, %v", at, err)
	}
}

func TestUnitChanceDependsOnSeedTrialAndCallAlone(t *testing.T) {
	strikes := func(p Plan) (numbers []int) {
		for n := range 200 {
			if p.strikes(n) {
				numbers = append(numbers, n)
			}
		}
		return numbers
	}
	one := strikes(Plan{Seed: 1, Trial: 7, Rate: 0.2})
	if again := strikes(Plan{Seed: 1, Trial: 7, Rate: 0.2}); !slices.Equal(one, again) {
		t.Errorf("%v, then %v", one, again)
	}
	if len(one) < 20 || len(one) > 60 {
		t.Errorf("%d of 200 calls are struck at a rate of 0.2", len(one))
	}
	if other := strikes(Plan{Seed: 1, Trial: 8, Rate: 0.2}); slices.Equal(one, other) {
		t.Error("another trial strikes the same calls")
	}
}

// What is not for AWS, such as the question whether the emulator is there, is no
// call that counts.
func TestUnitOtherRequestsPass(t *testing.T) {
	p, _ := start(t, Plan{Kind: Reset, Rate: 1})
	response, err := http.Get(p.URL() + "/moto-api/")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(err)
	}
	response.Body.Close()
	if calls := p.Tally().Calls; calls != 0 {
		t.Errorf("%d calls", calls)
	}
}
