package authorization

// The form in which reference.zip has a service. Condition keys and resource
// types are named by their place in the lists.
type (
	// Packed is a service.
	Packed struct {
		Keys      []PackedKey      `json:"k,omitempty"`
		Resources []PackedResource `json:"r,omitempty"`
		Actions   []PackedAction   `json:"a,omitempty"`
	}
	// PackedKey is a condition key.
	PackedKey struct {
		Name       string `json:"n"`
		Type       string `json:"t"`
		Deprecated bool   `json:"d,omitempty"`
	}
	// PackedResource is a resource type, with the keys that it has wherever an
	// action is about it.
	PackedResource struct {
		Name string `json:"n"`
		ARN  string `json:"a"`
		Keys []int  `json:"k,omitempty"`
	}
	// PackedAction is an action, with the keys that it has on every resource.
	PackedAction struct {
		Name string         `json:"n"`
		Keys []int          `json:"k,omitempty"`
		On   []PackedTarget `json:"r,omitempty"`
	}
	// PackedTarget is a resource type that an action is about, with the keys that
	// it has for this action.
	PackedTarget struct {
		Resource int   `json:"r"`
		Keys     []int `json:"k,omitempty"`
	}
)
