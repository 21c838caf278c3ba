package config

// Lifecycle decides how hard the resources of an environment are to delete.
type Lifecycle string

// The lifecycles.
const (
	Ephemeral Lifecycle = "ephemeral"
	Standard  Lifecycle = "standard"
	Protected Lifecycle = "protected"
)

// Safeguards are the settings that a lifecycle stands for. The zero value
// refuses deletion of data: only Ephemeral opens it.
type Safeguards struct {
	// Disposable resources are deleted together with what they hold.
	Disposable bool
	// KeyDeletionDays is the waiting time before a deleted KMS key is gone
	// (AWS allows 7 to 30 days).
	KeyDeletionDays int
	// AuditLock is the object-lock mode of the audit bucket: GOVERNANCE,
	// COMPLIANCE, or empty for none.
	AuditLock string
}

// Safeguards returns the settings that the lifecycle stands for. Any value
// other than Ephemeral protects.
func (l Lifecycle) Safeguards() Safeguards {
	switch l {
	case Ephemeral:
		return Safeguards{Disposable: true, KeyDeletionDays: 7}
	case Protected:
		return Safeguards{KeyDeletionDays: 30, AuditLock: "COMPLIANCE"}
	default:
		return Safeguards{KeyDeletionDays: 30, AuditLock: "GOVERNANCE"}
	}
}
