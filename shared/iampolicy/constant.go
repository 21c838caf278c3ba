package iampolicy

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Constant is the document's JSON where all of its values are constants, as
// they are outside of a Pulumi program. It is the same text as Document.JSON's.
func (d Document) Constant() (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	var unknown pulumi.StringInput
	text, err := d.render(func(values pulumi.StringArray) []string {
		out := make([]string, len(values))
		for i, v := range values {
			constant, ok := v.(pulumi.String)
			if !ok {
				unknown = v
			}
			out[i] = string(constant)
		}
		return out
	})
	if err == nil && unknown != nil {
		return "", fmt.Errorf("policy: a value is %T, which only a Pulumi program can tell; use constants", unknown)
	}
	return text, err
}
