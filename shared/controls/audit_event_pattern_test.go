package controls

import "testing"

func TestUnitEventPatternsMatchAsEventBridgeSays(t *testing.T) {
	event := map[string]any{
		"detail-type": "AWS API Call via CloudTrail",
		"detail": map[string]any{
			"eventName": "PutBucketPolicy", "requestParameters": map[string]any{"bucketName": "audit"},
		},
	}
	for pattern, want := range map[string]bool{
		`{}`: true,
		`{"detail":{"eventName":["A","PutBucketPolicy"]}}`:                                        true,
		`{"detail":{"eventName":["PutBucketPolicy"],"userIdentity":{"type":["R"]}}}`:              false,
		`{"detail":{"eventName":["putbucketpolicy"]}}`:                                            false,
		`{"detail":{"eventName":[{"equals-ignore-case":"putbucketpolicy"}]}}`:                     true,
		`{"detail":{"eventName":[{"prefix":"Put"}]}}`:                                             true,
		`{"detail":{"eventName":[{"suffix":"Acl"}]}}`:                                             false,
		`{"detail":{"eventName":[{"anything-but":["PutBucketPolicy"]}]}}`:                         false,
		`{"detail":{"eventName":[{"anything-but":"Other"}]}}`:                                     true,
		`{"detail":{"errorCode":[{"exists":false}]}}`:                                             true,
		`{"detail":{"errorCode":[{"exists":true}]}}`:                                              false,
		`{"detail":{"$or":[{"eventName":["A"]},{"requestParameters":{"bucketName":["audit"]}}]}}`: true,
		`{"detail":{"$or":[{"eventName":["A"]},{"requestParameters":{"bucketName":["other"]}}]}}`: false,
	} {
		read, err := eventPattern(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		if got, err := eventMatches(read, event); err != nil || got != want {
			t.Errorf("%s matches: %v, %v; want %v", pattern, got, err, want)
		}
	}
}

func TestUnitEventPatternsThatCannotBeJudgedAreErrors(t *testing.T) {
	for _, pattern := range []string{
		``, `[]`, `{"detail":"x"}`, `{"detail":{"eventName":[{"wildcard":"*"}]}}`, `{"detail":{"eventName":[{}]}}`,
		`{"detail":{"$or":[{"eventName":[{"numeric":["=",1]}]}]}}`,
	} {
		if _, err := eventPattern(pattern); err == nil {
			t.Errorf("%s is read; want an error", pattern)
		}
	}
}
