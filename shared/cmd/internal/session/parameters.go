package session

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Parameters keeps the marks as SSM parameters /ringfence/<name>/session.
//
// Three calls do not need the SDK's SSM package, which takes longer to compile
// than the rest of this command.
type Parameters struct {
	// Endpoint is the emulator's address, such as http://127.0.0.1:5000.
	Endpoint    string
	Region      string
	Credentials aws.Credentials
}

var _ Emulator = Parameters{}

const notFound = "ParameterNotFound"

// Mark implements Emulator.
func (p Parameters) Mark(ctx context.Context, name string) (string, error) {
	var out struct{ Parameter struct{ Value string } }
	err := p.call(ctx, "GetParameter", map[string]any{"Name": parameter(name)}, &out)
	if e := (*apiError)(nil); errors.As(err, &e) && e.code == notFound {
		return "", nil
	}
	return out.Parameter.Value, err
}

// SetMark implements Emulator.
func (p Parameters) SetMark(ctx context.Context, name, mark string) error {
	return p.call(ctx, "PutParameter", map[string]any{
		"Name": parameter(name), "Value": mark, "Type": "String", "Overwrite": true,
		"Description": "ties the Pulumi state of Ringfence to the memory of this emulator",
	}, nil)
}

// RemoveMark implements Emulator.
func (p Parameters) RemoveMark(ctx context.Context, name string) error {
	err := p.call(ctx, "DeleteParameter", map[string]any{"Name": parameter(name)}, nil)
	if e := (*apiError)(nil); errors.As(err, &e) && e.code == notFound {
		return nil
	}
	return err
}

func parameter(name string) string { return "/ringfence/" + name + "/session" }

// apiError is an error that the service itself reports.
type apiError struct {
	action, code, message string
	// passes: the same call may go well a moment later.
	passes bool
	// ahead is by how much the service's clock is ahead of ours, where it has
	// refused a signature for it.
	ahead time.Duration
}

func (e *apiError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("ssm %s: %s: %s", e.action, e.code, e.message), ": ")
}

const (
	// patience bounds a call: an emulator that has just started on a busy machine
	// takes its time.
	patience = 30 * time.Second
	// tries is how often a call is made that the service did not get to, as the
	// SDK does.
	tries = 4
)

// call makes one call of the SSM API (JSON 1.1 protocol), again where that may
// help: every one of ours says the same when it is said twice.
func (p Parameters) call(ctx context.Context, action string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	var ahead time.Duration // of the service's clock, where it minds
	for try := 1; ; try++ {
		answer, err := p.try(ctx, action, body, time.Now().Add(ahead))
		if err == nil {
			if out == nil {
				return nil
			}
			return json.Unmarshal(answer, out)
		}
		var refused *apiError
		if errors.As(err, &refused) {
			ahead = refused.ahead
		}
		if try == tries || refused != nil && !refused.passes {
			return fmt.Errorf("the emulator at %s does not do what it is asked for: %w: run the command again", p.Endpoint, err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try*try) * 50 * time.Millisecond):
		}
	}
}

// try makes one signed call and returns the answer.
func (p Parameters) try(ctx context.Context, action string, body []byte, now time.Time) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(p.Endpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AmazonSSM."+action)
	hash := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, p.Credentials, request, hex.EncodeToString(hash[:]), "ssm", p.Region, now)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, refusal(action, response, answer)
	}
	return answer, nil
}

func refusal(action string, response *http.Response, answer []byte) error {
	var e struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal(answer, &e)
	if e.Type == "" {
		e.Type = response.Status
	}
	refused := &apiError{action: action, code: e.Type[strings.LastIndex(e.Type, "#")+1:], message: e.Message}
	if at, err := http.ParseTime(response.Header.Get("Date")); err == nil && refused.code == "InvalidSignatureException" {
		refused.ahead = time.Until(at)
	}
	refused.passes = response.StatusCode >= http.StatusInternalServerError ||
		refused.code == "ThrottlingException" || refused.ahead.Abs() > time.Minute
	return refused
}
