package policylint

// Exception is what the lint lets pass deliberately.
type Exception struct {
	Rule *Rule
	// Element and Value are the finding's; an empty Value is any.
	Element, Value string
	// Why says why it is right nevertheless, and where AWS says so.
	Why string
}

func (e Exception) covers(f Finding) bool {
	return e.Rule.ID == f.ID && e.Element == f.Element && (e.Value == "" || e.Value == f.Value)
}

// Exceptions are all of them. A test holds that each is still needed.
var Exceptions = []Exception{
	{
		Rule: OperatorType, Element: "Condition", Value: "kms:EncryptionContext:aws:logs:arn",
		Why: `The value is the ARN of a log group, and AWS compares it as one: CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS".`,
	},
}
