package terraform

import (
	"strings"
	"testing"
)

func TestUnitRewrite(t *testing.T) {
	marks := []mark{
		{value: "subnet-a", expression: "aws_subnet.a.id"},
		{value: "subnet-a-wide", expression: "aws_subnet.a-wide.id"},
		{value: "arn:aws:s3:::data", expression: "aws_s3_bucket.data.arn"},
		{value: "data", expression: "aws_s3_bucket_policy.data.id"},
		{value: "arn:aws:logs:::log-group:/x/trail", expression: "aws_cloudwatch_log_group.trail.arn"},
		{value: "arn:aws:iam:::role/closed", expression: "turned down"},
	}
	take := func(m mark) (bool, error) { return m.expression != "turned down", nil }
	for name, test := range map[string]struct{ text, want string }{
		"an id":                             {"subnet-a", "${aws_subnet.a.id}"},
		"the longer one of two":             {"subnet-a-wide", "${aws_subnet.a-wide.id}"},
		"not the beginning of a word":       {"subnet-abc", "subnet-abc"},
		"not the end of a word":             {"my-subnet-a", "my-subnet-a"},
		"an ARN in a policy, and objects":   {`{"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*"]}`, `{"Resource":["${aws_s3_bucket.data.arn}","${aws_s3_bucket.data.arn}/*"]}`},
		"an ARN before a colon":             {"arn:aws:logs:::log-group:/x/trail:*", "${aws_cloudwatch_log_group.trail.arn}:*"},
		"a name in an address":              {"s3://data", "s3://${aws_s3_bucket_policy.data.id}"},
		"one that the caller turns down":    {"arn:aws:iam:::role/closed", "arn:aws:iam:::role/closed"},
		"an IAM variable is no template":    {"home/${aws:username}/*", "home/$${aws:username}/*"},
		"nor is a percent sign and a brace": {"%{x}", "%%{x}"},
		"two in a row":                      {"subnet-a,subnet-a", "${aws_subnet.a.id},${aws_subnet.a.id}"},
		"nothing":                           {"", ""},
	} {
		got, err := rewrite(test.text, marks, take)
		if err != nil || got != test.want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, test.want)
		}
	}
}

func TestUnitImports(t *testing.T) {
	outputs := map[string]any{
		"version": 1.0, "id": "vpc-x",
		"subnets": []any{"subnet-a"}, "roles": map[string]any{"one.two": "arn:role"},
	}
	want := []mark{
		{value: "vpc-x", expression: `up["id"]`},
		{value: "arn:role", expression: `up["roles"]["one.two"]`},
		{value: "subnet-a", expression: `up["subnets"][0]`},
	}
	got := imports("up", outputs)
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

// A key's policy names the log group that it encrypts, and the log group names
// its key. The group's ARN is known beforehand, the key's is not.
func TestUnitPolicyThatNamesWhatNeedsIt(t *testing.T) {
	key := &resource{kind: "aws_kms_key", name: "log", handle: "log", body: map[string]any{
		"policy": document(`{"Condition":"arn:aws:logs:::log-group:/log"}`),
	}}
	group := &resource{kind: "aws_cloudwatch_log_group", name: "log", handle: "/log", body: map[string]any{
		"kms_key_id": "arn:aws:kms:::key/log",
	}}
	m := &module{resources: []*resource{key, group}, marks: []mark{
		{value: "arn:aws:kms:::key/log", expression: "aws_kms_key.log.arn", owner: key, computed: true},
		{value: "arn:aws:logs:::log-group:/log", expression: "aws_cloudwatch_log_group.log.arn", owner: group},
	}}
	if err := m.refer(); err != nil {
		t.Fatal(err)
	}
	if got, want := group.body["kms_key_id"], "${aws_kms_key.log.arn}"; got != want {
		t.Errorf("the group's key is %q, want %q", got, want)
	}
	if got, want := key.body["policy"], `{"Condition":"arn:aws:logs:::log-group:/log"}`; got != want {
		t.Errorf("the key's policy is %q, want %q", got, want)
	}
}

// The key comes first and could be linked to the bucket; then nothing would be left
// for the bucket's policy, which must name the key.
func TestUnitPoliciesThatNameEachOther(t *testing.T) {
	key := &resource{kind: "aws_kms_key", name: "log", body: map[string]any{"policy": document("arn:aws:s3:::log")}}
	policy := &resource{kind: "aws_s3_bucket_policy", name: "log", body: map[string]any{"policy": document("key/log")}}
	m := &module{resources: []*resource{key, policy}, marks: []mark{
		{value: "key/log", expression: "aws_kms_key.log.arn", owner: key, computed: true},
		{value: "arn:aws:s3:::log", expression: "aws_s3_bucket_policy.log.id", owner: policy},
	}}
	if err := m.refer(); err != nil {
		t.Fatal(err)
	}
	if key.body["policy"] != "arn:aws:s3:::log" || policy.body["policy"] != "${aws_kms_key.log.arn}" {
		t.Errorf("the key says %q, the bucket %q", key.body["policy"], policy.body["policy"])
	}
}

func TestUnitComputedValuesInACircle(t *testing.T) {
	key := &resource{kind: "aws_kms_key", name: "k", body: map[string]any{"policy": document("vpce-s3")}}
	endpoint := &resource{kind: "aws_vpc_endpoint", name: "s3", body: map[string]any{"policy": document("key/k")}}
	m := &module{resources: []*resource{key, endpoint}, marks: []mark{
		{value: "key/k", expression: "aws_kms_key.k.arn", owner: key, computed: true},
		{value: "vpce-s3", expression: "aws_vpc_endpoint.s3.id", owner: endpoint, computed: true},
	}}
	err := m.refer()
	if err == nil || !strings.Contains(err.Error(), "aws_kms_key.k, which itself needs aws_vpc_endpoint.s3") {
		t.Errorf("got %v", err)
	}
}

func TestUnitLinks(t *testing.T) {
	bucket := &resource{kind: "aws_s3_bucket", name: "data", handle: "x-data", body: map[string]any{"bucket": "x-data"}}
	policy := &resource{kind: "aws_s3_bucket_policy", name: "data", handle: "x-data", body: map[string]any{"bucket": "x-data"}}
	trail := &resource{kind: "aws_cloudtrail", name: "t", body: map[string]any{"s3_bucket_name": "x-data"}}
	grant := &resource{kind: "aws_iam_role_policy", name: "g", body: map[string]any{"role": "x-reader"}}
	m := &module{
		resources: []*resource{bucket, policy, trail, grant},
		marks:     []mark{{value: "x-data", expression: "aws_s3_bucket_policy.data.id", owner: policy}},
		roles:     map[string]string{"x-reader": `split("/", up.reader)[1]`},
	}
	if err := m.refer(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		of        *resource
		key, want string
	}{
		{bucket, "bucket", "x-data"},
		{policy, "bucket", "${aws_s3_bucket.data.id}"},
		{trail, "s3_bucket_name", "${aws_s3_bucket_policy.data.id}"},
		{grant, "role", `${split("/", up.reader)[1]}`},
	} {
		if got := test.of.body[test.key]; got != test.want {
			t.Errorf("%s: %s is %q, want %q", test.of.address(), test.key, got, test.want)
		}
	}
}
