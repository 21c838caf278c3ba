package evidence

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// Access is one answer of the access matrix.
type Access struct {
	// Principal is who asks, and Action what for, such as s3:GetObject.
	Principal string `json:"principal"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	// Way is how the request comes, such as through the VPC's endpoint.
	Way string `json:"way"`
	// Verdict is allow, explicit deny, implicit deny, or undecided.
	Verdict string `json:"verdict"`
	// Because names the statement that decided, or what lacked an allow.
	Because string `json:"because"`
}

// undecided is the verdict where there is none: a policy is not known, or what
// the question is about is not there.
const undecided = "undecided"

// Allowed reports whether the answer is yes.
func (a Access) Allowed() bool { return a.Verdict == string(iameval.Allow) }

func matrix(answers []access.Answer) []Access {
	out := make([]Access, 0, len(answers))
	for _, a := range answers {
		row := Access{Principal: a.Principal, Action: a.Action, Resource: a.Resource, Way: a.Way, Verdict: undecided}
		if a.Err != nil {
			row.Because = a.Err.Error()
		} else {
			row.Verdict = string(a.Decision.Verdict)
			row.Because = strings.TrimLeft(strings.TrimPrefix(a.Decision.String(), row.Verdict), ": ")
		}
		out = append(out, row)
	}
	return out
}

// accessCSV is the access matrix as a table.
func (r *Report) accessCSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write([]string{"principal", "action", "resource", "way", "verdict", "because"}); err != nil {
		return nil, err
	}
	for _, a := range r.Access {
		row := []string{a.Principal, a.Action, a.Resource, a.Way, a.Verdict, a.Because}
		for i := range row {
			row[i] = inert(row[i])
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// inert keeps a spreadsheet from taking a text for a formula (OWASP, "CSV
// Injection").
func inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
