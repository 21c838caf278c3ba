package session

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	if e, ok := err.(*apiError); ok && e.code == notFound {
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
	if e, ok := err.(*apiError); ok && e.code == notFound {
		return nil
	}
	return err
}

func parameter(name string) string { return "/ringfence/" + name + "/session" }

// apiError is an error that the service itself reports.
type apiError struct{ action, code, message string }

func (e *apiError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("ssm %s: %s: %s", e.action, e.code, e.message), ": ")
}

const patience = 10 * time.Second

// call makes one signed call of the SSM API (JSON 1.1 protocol).
func (p Parameters) call(ctx context.Context, action string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(p.Endpoint, "/")+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AmazonSSM."+action)
	hash := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, p.Credentials, request, hex.EncodeToString(hash[:]), "ssm", p.Region, time.Now())
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return refusal(action, response, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
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
	return &apiError{action: action, code: e.Type[strings.LastIndex(e.Type, "#")+1:], message: e.Message}
}
