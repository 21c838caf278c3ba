package proxy

import (
	"fmt"
	"net/http"
	"time"
)

// trouble is an error of AWS's: by protocol, because services word the same
// thing differently.
type trouble struct {
	codes   map[protocol]string
	status  map[protocol]int
	message string
}

var (
	throttled = trouble{
		codes: map[protocol]string{
			json: "ThrottlingException", restJSON: "ThrottlingException", query: "Throttling",
			ec2: "RequestLimitExceeded", restXML: "SlowDown",
		},
		status:  map[protocol]int{json: 400, restJSON: 429, query: 400, ec2: 503, restXML: 503},
		message: "Rate exceeded",
	}
	broken = trouble{
		codes: map[protocol]string{
			json: "InternalServerError", restJSON: "InternalServerException", query: "InternalFailure",
			ec2: "InternalError", restXML: "InternalError",
		},
		status:  map[protocol]int{json: 500, restJSON: 500, query: 500, ec2: 500, restXML: 500},
		message: "We encountered an internal error. Please try again.",
	}
	skewed = trouble{
		codes: map[protocol]string{
			json: "InvalidSignatureException", restJSON: "InvalidSignatureException", query: "SignatureDoesNotMatch",
			ec2: "RequestExpired", restXML: "RequestTimeTooSkewed",
		},
		status:  map[protocol]int{json: 400, restJSON: 403, query: 403, ec2: 400, restXML: 403},
		message: "The difference between the request time and the current time is too large.",
	}
)

// answer writes the error as the protocol of the call words it. Now is the time
// of the answer.
func (t trouble) answer(w http.ResponseWriter, c call, now time.Time) {
	code, body := t.codes[c.protocol], ""
	kind := "text/xml"
	switch c.protocol {
	case json:
		kind = "application/x-amz-json-1.1"
		body = fmt.Sprintf(`{"__type":%q,"message":%q}`, code, t.message)
	case restJSON:
		kind = "application/json"
		w.Header().Set("X-Amzn-ErrorType", code)
		body = fmt.Sprintf(`{"message":%q}`, t.message)
	case query:
		body = fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"+
			"<RequestId>faults</RequestId></ErrorResponse>", code, t.message)
	case ec2:
		body = fmt.Sprintf("<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors>"+
			"<RequestID>faults</RequestID></Response>", code, t.message)
	case restXML:
		kind = "application/xml"
		body = fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message><RequestId>faults</RequestId></Error>", code, t.message)
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	w.WriteHeader(t.status[c.protocol])
	_, _ = w.Write([]byte(body))
}
