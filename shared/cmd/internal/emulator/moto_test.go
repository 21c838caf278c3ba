package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/blang/semver"
)

// call sends one request of an AWS service that speaks JSON.
func call(t *testing.T, endpoint, service, target, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, endpoint+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/eu-west-1/"+service+"/aws4_request, SignedHeaders=host, Signature=none")
	return send(t, request)
}

func send(t *testing.T, request *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestEmulatorTakesTrailsByARN covers what moto gets wrong, over every moto that
// a start may choose on this machine.
func TestEmulatorTakesTrailsByARN(t *testing.T) {
	roots := map[string]string{"pinned or chosen": newRoot(t)}
	if p, ok := findInstalled(t.Context()); ok {
		roots["installed "+p.Moto] = rootWith(t, p)
	} else {
		t.Log("no moto is installed here; the pinned one alone is tried")
	}
	for name, root := range roots {
		t.Run(name, func(t *testing.T) {
			status := start(t, root, 0)
			t.Logf("moto %s", status.Version)
			bucket, err := http.NewRequest(http.MethodPut, status.Endpoint+"/trail-logs", nil)
			if err != nil {
				t.Fatal(err)
			}
			bucket.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none")
			if code, text := send(t, bucket); code != http.StatusOK {
				t.Fatalf("creating a bucket: %d %s", code, text)
			}

			trail := func(action, body string) string {
				t.Helper()
				code, text := call(t, status.Endpoint, "cloudtrail",
					"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."+action, body)
				if code != http.StatusOK {
					t.Fatalf("%s: %d %s", action, code, text)
				}
				return text
			}
			arn := `{"Name":"arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit"}`
			trail("CreateTrail", `{"Name":"audit","S3BucketName":"trail-logs"}`)
			trail("StartLogging", arn)
			if text := trail("GetTrailStatus", arn); !strings.Contains(text, `"IsLogging": true`) {
				t.Errorf("after StartLogging: %s", text)
			}
			trail("StopLogging", arn)
			if text := trail("GetTrailStatus", arn); !strings.Contains(text, `"IsLogging": false`) {
				t.Errorf("after StopLogging: %s", text)
			}
			trail("CreateTrail", `{"Name":"other","S3BucketName":"trail-logs"}`)
			for _, named := range []string{"other", "arn:aws:cloudtrail:eu-west-1:123456789012:trail/other"} {
				if text := trail("DescribeTrails", `{"trailNameList":["`+named+`"]}`); !strings.Contains(text, "other") || strings.Contains(text, "audit") {
					t.Errorf("DescribeTrails of %s: %s", named, text)
				}
			}
			trail("DeleteTrail", arn)
			if text := trail("DescribeTrails", `{}`); strings.Contains(text, "audit") {
				t.Errorf("after DeleteTrail: %s", text)
			}
		})
	}
}

// TestEmulatorKeepsAnalyzers covers what moto lacks of IAM Access Analyzer, in
// the calls that the provider makes.
func TestEmulatorKeepsAnalyzers(t *testing.T) {
	status := start(t, newRoot(t), 0)
	rest := func(method, path, body string) (int, string) {
		t.Helper()
		request, err := http.NewRequest(method, status.Endpoint+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/eu-west-1/access-analyzer/aws4_request, SignedHeaders=host, Signature=none")
		return send(t, request)
	}
	const arn = "arn:aws:access-analyzer:eu-west-1:123456789012:analyzer/outside"
	tags := "/tags/" + strings.ReplaceAll(arn, "/", "%2F")
	for _, step := range []struct {
		method, path, body string
		code               int
		want               string
	}{
		{"GET", "/analyzer/outside", "", 404, "no such analyzer"},
		{"PUT", "/analyzer", `{"analyzerName":"outside","type":"ACCOUNT","tags":{"Owner":"us"}}`, 200, arn},
		{"GET", "/analyzer/outside", "", 200, `"type": "ACCOUNT"`},
		{"POST", tags, `{"tags":{"Team":"red"}}`, 200, ""},
		{"DELETE", tags + "?tagKeys=Owner", "", 200, ""},
		{"GET", tags, "", 200, `{"tags": {"Team": "red"}}`},
		{"GET", "/analyzer", "", 200, arn},
		{"DELETE", "/analyzer/outside?clientToken=1", "", 200, ""},
		{"GET", "/analyzer", "", 200, `{"analyzers": []}`},
	} {
		if code, text := rest(step.method, step.path, step.body); code != step.code || !strings.Contains(text, step.want) {
			t.Errorf("%s %s: %d %s, want %d with %q", step.method, step.path, code, text, step.code, step.want)
		}
	}
	rest("PUT", "/analyzer", `{"analyzerName":"outside","type":"ACCOUNT"}`)
	reset, err := http.NewRequest(http.MethodPost, status.Endpoint+"/moto-api/reset", nil)
	if err != nil {
		t.Fatal(err)
	}
	send(t, reset)
	if _, text := rest("GET", "/analyzer", ""); text != `{"analyzers": []}` {
		t.Errorf("after a reset: %s", text)
	}
}

// TestEmulatorKnowsPoliciesOfAWS: a role of the estate carries one.
func TestEmulatorKnowsPoliciesOfAWS(t *testing.T) {
	status := start(t, newRoot(t), 0)
	request, err := http.NewRequest(http.MethodPost, status.Endpoint+"/",
		strings.NewReader("Action=GetPolicy&Version=2010-05-08&PolicyArn=arn:aws:iam::aws:policy/AWSSupportAccess"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none")
	if code, text := send(t, request); code != http.StatusOK {
		t.Errorf("%d %s", code, text)
	}
}

func TestUnitAcceptedVersions(t *testing.T) {
	for version, want := range map[string]bool{"5.1.9": false, "5.2.0": true, "5.2.1": true, "5.3.0": true, "6.0.0": false} {
		if got := accepts(semver.MustParse(version)); got != want {
			t.Errorf("moto %s accepted: %t, want %t", version, got, want)
		}
	}
	if !accepts(semver.MustParse(Version)) {
		t.Errorf("the pinned version %s is not accepted", Version)
	}
	if !strings.Contains(string(requirements), "\nmoto=="+Version+"\n") {
		t.Errorf("requirements.txt does not pin moto %s", Version)
	}
}

func TestUnitShebang(t *testing.T) {
	file := filepath.Join(t.TempDir(), "moto_server")
	for script, want := range map[string]string{
		"#!/opt/moto/bin/python3\nimport sys\n": "/opt/moto/bin/python3",
		"\x7fELF":                               "",
		"":                                      "",
	} {
		if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		if got := shebang(file); got != want {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
}

func TestUnitNoMotoAnywhere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(PythonVariable, "")
	t.Setenv(EndpointVariable, "")
	_, err := Start(t.Context(), t.TempDir(), 0, silent)
	for _, want := range []string{
		"no Python 3.11 or newer", "pip install 'moto[server]==" + Version, PythonVariable + "=", EndpointVariable + "=", "motoserver/moto:" + Version,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant one with %q", err, want)
		}
	}
}

// TestEmulatorSaysWhoHearsOfObjects covers what moto keeps of a bucket and does
// not say.
func TestEmulatorSaysWhoHearsOfObjects(t *testing.T) {
	status := start(t, newRoot(t), 0)
	bucket := func(method, path, body string) string {
		t.Helper()
		request, err := http.NewRequest(method, status.Endpoint+"/objects"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none")
		code, text := send(t, request)
		if code != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, path, code, text)
		}
		return text
	}
	bucket("PUT", "", "")
	if text := bucket("GET", "?notification", ""); strings.Contains(text, "EventBridge") {
		t.Errorf("before it is told: %s", text)
	}
	bucket("PUT", "?notification", `<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>`)
	if text := bucket("GET", "?notification", ""); !strings.Contains(text, "EventBridgeConfiguration") {
		t.Errorf("after it is told: %s", text)
	}
}

// TestEmulatorListsByTagsWhatStands: what AWS lists by its tags stands, and a page
// is full when it has as many resources as were asked for.
func TestEmulatorListsByTagsWhatStands(t *testing.T) {
	status := start(t, newRoot(t), 0)
	ec2 := func(action, answer string, parameters ...string) string {
		t.Helper()
		form := url.Values{"Action": {action}, "Version": {"2016-11-15"}}
		for i := 0; i < len(parameters); i += 2 {
			form.Set(parameters[i], parameters[i+1])
		}
		request, err := http.NewRequest(http.MethodPost, status.Endpoint+"/", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=none")
		code, text := send(t, request)
		_, value, found := strings.Cut(text, "<"+answer+">")
		value, _, _ = strings.Cut(value, "<")
		if code != http.StatusOK || !found {
			t.Fatalf("%s: %d %s", action, code, text)
		}
		return value
	}
	listed := func() (resources int, whole bool) {
		t.Helper()
		_, text := call(t, status.Endpoint, "tagging", "ResourceGroupsTaggingAPI_20170126.GetResources",
			`{"ResourcesPerPage":100,"TagFilters":[{"Key":"a","Values":["x"]}]}`)
		var page struct {
			ResourceTagMappingList []any
			PaginationToken        string
		}
		if err := json.Unmarshal([]byte(text), &page); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		return len(page.ResourceTagMappingList), page.PaginationToken == ""
	}

	vpc := ec2("CreateVpc", "vpcId", "CidrBlock", "10.0.0.0/16")
	acl := ec2("DescribeNetworkAcls", "networkAclId", "Filter.1.Name", "vpc-id", "Filter.1.Value.1", vpc)
	ec2("CreateTags", "requestId", "ResourceId.1", acl, "Tag.1.Key", "a", "Tag.1.Value", "x")
	if n, _ := listed(); n != 1 {
		t.Fatalf("%d are listed, want the list of the VPC", n)
	}
	ec2("DeleteVpc", "requestId", "VpcId", vpc)
	if n, _ := listed(); n != 0 {
		t.Errorf("%d are listed of a VPC that is deleted", n)
	}
	for range 30 {
		call(t, status.Endpoint, "kms", "TrentService.CreateKey",
			`{"Tags":[{"TagKey":"a","TagValue":"x"},{"TagKey":"b","TagValue":"x"},{"TagKey":"c","TagValue":"x"},{"TagKey":"d","TagValue":"x"}]}`)
	}
	if n, whole := listed(); n != 30 || !whole {
		t.Errorf("a page has %d of 30, and is the last: %t", n, whole)
	}
}

// TestEmulatorAnswersOneCallOnce: a client that lost the answer asks again under
// the number of its first try, and must not meet what it made itself.
func TestEmulatorAnswersOneCallOnce(t *testing.T) {
	status := start(t, newRoot(t), 0)
	create := func(number string) string {
		request, err := http.NewRequest(http.MethodPost, status.Endpoint+"/", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
		request.Header.Set("X-Amz-Target", "TrentService.CreateKey")
		request.Header.Set("Amz-Sdk-Invocation-Id", number)
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=none/20260101/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=none")
		code, text := send(t, request)
		if code != http.StatusOK {
			t.Fatalf("creating a key: %d %s", code, text)
		}
		return text
	}
	first := create("1")
	if again := create("1"); again != first {
		t.Errorf("the same call made another key:\n%s\n%s", first, again)
	}
	if other := create("2"); other == first {
		t.Error("another call made no key")
	}
}
