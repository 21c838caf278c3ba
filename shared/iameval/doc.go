// Package iameval decides what AWS would decide: may this principal do this
// action on this resource, given the policies in force?
//
// The rule it upholds: a verdict is never a guess. Evaluate answers Allow,
// ExplicitDeny or ImplicitDeny and names the statements that decided, or, for
// an implicit deny, the policy types that lacked an allow. Whatever it does not
// know (an element, an operator, a condition key, a value of the wrong type, a
// policy where AWS has none) is an error that names policy, statement and key,
// never a silent pass.
//
// The source of each rule stands at the function that follows it, as the title
// of the document and the section, all of the IAM User Guide unless another
// guide is named. Where AWS leaves a case open, the strict answer is taken and
// the comment says so.
//
// What AWS keeps outside its policy language is outside this package too: S3
// access control lists and Block Public Access, KMS grants, resource shares,
// the list of services under resource control policies, and which policies are
// attached where. The caller gives the policies that are in force.
package iameval
