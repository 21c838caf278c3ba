package delta

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Alike returns the snapshot of deployed stacks with the ids that a recording
// makes up in place of those that AWS has given, so that the two can be
// compared, and read: "vpc-main" says more than "vpc-0f3c9a".
func Alike(deployed, recorded *snapshot.Snapshot) (*snapshot.Snapshot, error) {
	text, err := json.Marshal(content{deployed.Resources, deployed.Outputs})
	if err != nil {
		return nil, fmt.Errorf("the deployed resources: %w", err)
	}
	var alike content
	if err := json.Unmarshal([]byte(renames(deployed, recorded).Replace(string(text))), &alike); err != nil {
		return nil, fmt.Errorf("the deployed resources: %w", err)
	}
	out := *deployed
	out.Resources, out.Outputs = alike.Resources, alike.Outputs
	out.Sort()
	return &out, nil
}

// content is what of a snapshot names resources.
type content struct {
	Resources []snapshot.Resource
	Outputs   map[graph.Name]map[string]any
}

// computed are the properties in which AWS names a resource.
var computed = []string{"id", "arn", "keyId", "prefixListId", "defaultNetworkAclId"}

// renames leads from the names that AWS gave to those of the recording.
func renames(deployed, recorded *snapshot.Snapshot) *strings.Replacer {
	made := map[string]*snapshot.Resource{}
	for i := range recorded.Resources {
		made[recorded.Resources[i].URN] = &recorded.Resources[i]
	}
	names := map[string]string{}
	for i := range deployed.Resources {
		stands := &deployed.Resources[i]
		recorded := made[stands.URN]
		if recorded == nil {
			continue
		}
		for _, property := range computed {
			from, to := identity(stands, property), identity(recorded, property)
			if from != "" && to != "" && from != to && (property != "id" || numbered.MatchString(from)) {
				names[from] = to
			}
		}
	}
	// The longest first: an ARN holds an id.
	var pairs [][2]string
	for from, to := range names {
		pairs = append(pairs, [2]string{from, to})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(len(b[0]), len(a[0])), cmp.Compare(a[0], b[0]))
	})
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	return strings.NewReplacer(flat...)
}

// numbered is an id that AWS makes up, such as vpc-0f3c9a2b. Other ids are names,
// and some of them are found in texts that mean something else.
var numbered = regexp.MustCompile(`^[a-z]+-[0-9a-f]{8,17}$`)

func identity(r *snapshot.Resource, property string) string {
	value, _ := r.Properties[property].(string)
	if property == "id" {
		value = cmp.Or(r.ID, value)
	}
	if value == snapshot.Unknown {
		return ""
	}
	return value
}
