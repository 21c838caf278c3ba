package calls

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// started is a proxy before a server that answers with what it was sent.
func started(t *testing.T) *Proxy {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Got", r.Method+" "+r.Host+" "+r.URL.String())
		w.WriteHeader(http.StatusTeapot)
		w.Write(body)
	}))
	t.Cleanup(server.Close)
	p, err := Start(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// request is a call of a service, which all of them sign in the same way.
func request(t *testing.T, p *Proxy, method, path, body, service string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, p.Endpoint+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if service != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-central-1/"+service+"/aws4_request, SignedHeaders=host, Signature=00")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func send(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestUnitCallsAreNamed(t *testing.T) {
	p := started(t)
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	for _, test := range []struct {
		want, method, path, body, service string
		header                            []string
	}{
		{"iam:CreateRole", "POST", "/", "Action=CreateRole&Version=2010-05-08", "iam", []string{"Content-Type", form}},
		{"ec2:DescribeVpcs", "POST", "/", "Version=2016-11-15&Action=DescribeVpcs", "ec2", []string{"Content-Type", form}},
		{"kms:CreateKey", "POST", "/", "{}", "kms", []string{"X-Amz-Target", "TrentService.CreateKey"}},
		{"cloudtrail:GetTrail", "POST", "/", "{}", "cloudtrail", []string{"X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.GetTrail"}},
		{"monitoring:PutMetricAlarm", "POST", "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm", "", "monitoring", nil},
		{"s3:PutBucketPolicy", "PUT", "/x?policy=", "{}", "s3", nil},
		{"s3:GetBucketLifecycleConfiguration", "GET", "/x?lifecycle", "", "s3", nil},
		{"s3:CreateBucket", "PUT", "/x", "", "s3", nil},
		{"s3:HeadBucket", "HEAD", "/x/", "", "s3", nil},
		{"s3:ListBuckets", "GET", "/", "", "s3", nil},
		{"s3:ListObjects", "GET", "/x?list-type=2", "", "s3", nil},
		{"s3:ListObjectVersions", "GET", "/x?versions", "", "s3", nil},
		{"s3:GetObject", "GET", "/x/y/z", "", "s3", nil},
		{"s3:PutObject", "PUT", "/x/y?x-id=PutObject", "text", "s3", nil},
		{"s3:DeleteObjects", "POST", "/x?delete", "", "s3", nil},
		{"s3:DeleteBucket", "DELETE", "/x", "", "s3", nil},
		{"access-analyzer:PUT /analyzer", "PUT", "/analyzer", "{}", "access-analyzer", nil},
		{"unsigned:GET /", "GET", "/", "", "", nil},
		{"unsigned:POST /", "POST", "/", "Action=%zz", "", []string{"Content-Type", form}},
	} {
		send(t, request(t, p, test.method, test.path, test.body, test.service, test.header...))
		if got := p.Take(); !reflect.DeepEqual(got, Count{test.want: 1}) {
			t.Errorf("%s %s: got %v, want %s", test.method, test.path, got, test.want)
		}
	}
}

func TestUnitRequestsAndAnswersPassUnchanged(t *testing.T) {
	p := started(t)
	r := request(t, p, "PUT", "/a%2Fb?policy=&x=%20", strings.Repeat("text", 100_000), "s3")
	r.Host = "bucket.s3.eu-central-1.amazonaws.com"
	response, body := send(t, r)
	if got, want := response.Header.Get("Got"), "PUT bucket.s3.eu-central-1.amazonaws.com /a%2Fb?policy=&x=%20"; got != want {
		t.Errorf("the request arrived as %q, want %q", got, want)
	}
	if response.StatusCode != http.StatusTeapot || body != strings.Repeat("text", 100_000) {
		t.Errorf("the answer is %s with %d bytes", response.Status, len(body))
	}
}

func TestUnitOneCallCountsOnce(t *testing.T) {
	p := started(t)
	for _, attempt := range []string{"attempt=1; max=3", "attempt=2; max=3", "max=3;attempt=3", "attempt=1"} {
		send(t, request(t, p, "DELETE", "/x", "", "s3", "Amz-Sdk-Request", attempt))
	}
	send(t, request(t, p, "GET", "/moto-api/", "", ""))
	if got := p.Take(); !reflect.DeepEqual(got, Count{"s3:DeleteBucket": 2}) {
		t.Errorf("got %v", got)
	}
	if got := p.Take(); len(got) > 0 {
		t.Errorf("taken twice: %v", got)
	}
}

func TestUnitCallsSideBySide(t *testing.T) {
	p := started(t)
	var all sync.WaitGroup
	for range 50 {
		r := request(t, p, "PUT", "/x", "", "s3")
		all.Go(func() { send(t, r) })
	}
	all.Wait()
	if got := p.Take().Total(); got != 50 {
		t.Errorf("got %d calls, want 50", got)
	}
}

func TestUnitWrites(t *testing.T) {
	c := Count{
		"iam:CreateRole": 1, "iam:GetRole": 2, "iam:ListRoles": 3, "ec2:DescribeVpcs": 4, "s3:HeadBucket": 5,
		"access-analyzer:GET /analyzer": 6, "access-analyzer:DELETE /analyzer": 7, "sts:AssumeRole": 9,
	}
	want := Count{"iam:CreateRole": 1, "access-analyzer:DELETE /analyzer": 7, "sts:AssumeRole": 9}
	if got := c.Writes(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if c.Total() != 37 {
		t.Errorf("total %d", c.Total())
	}
}

func TestUnitDifferences(t *testing.T) {
	ours := Count{"a:Same": 2, "b:More": 3, "c:Ours": 1}
	got := Differences(ours, Count{"a:Same": 2, "b:More": 1, "d:Theirs": 4})
	want := []Difference{{"b:More", 3, 1}, {"c:Ours", 1, 0}, {"d:Theirs", 0, 4}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Differences(ours, ours); got != nil {
		t.Errorf("equal: got %v", got)
	}
}
