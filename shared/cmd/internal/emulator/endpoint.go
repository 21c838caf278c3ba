package emulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

// EndpointVariable holds the address of an emulator that somebody else runs,
// such as a container in a workflow.
const EndpointVariable = "RINGFENCE_AWS_ENDPOINT"

// answerPatience is how long an emulator may take to answer the simplest
// question. It is long, because one that is only busy must not be replaced:
// all that it holds would be gone. Tests shorten it.
var answerPatience = 10 * time.Second

func endpoint(port int) string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// outside returns the status of the emulator that was given from outside, if
// one was.
func outside(ctx context.Context) (status Status, given bool, err error) {
	address, err := givenEndpoint()
	if address == "" || err != nil {
		return Status{}, err != nil, err
	}
	status = Status{Given: true, Endpoint: address}
	if err := answers(ctx, address); err != nil {
		return status, true, fmt.Errorf("%s=%s does not answer: %w: start the emulator there, or unset the variable to use Ringfence's own",
			EndpointVariable, address, err)
	}
	status.Running = true
	return status, true, nil
}

func givenEndpoint() (string, error) {
	given := os.Getenv(EndpointVariable)
	if given == "" {
		return "", nil
	}
	u, err := url.Parse(given)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || (u.Path != "" && u.Path != "/") {
		return "", fmt.Errorf("%s=%q: must be an address such as http://127.0.0.1:5000", EndpointVariable, given)
	}
	return u.Scheme + "://" + u.Host, nil
}

// answers says whether anybody speaks HTTP at the address. What they say is of
// no interest: other emulators than moto have other pages.
func answers(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/moto-api/", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
