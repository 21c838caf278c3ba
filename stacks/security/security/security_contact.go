package security

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/account"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newSecurityContact names the person whom AWS tells of security matters
// (control IAM-33).
func (s *security) newSecurityContact(ctx *pulumi.Context) error {
	contact := s.Env.Features.SecurityContact
	if contact == nil {
		return nil
	}
	_, err := account.NewAlternativeContact(ctx, "security", &account.AlternativeContactArgs{
		AlternateContactType: pulumi.String("SECURITY"),
		Name:                 pulumi.String(contact.Name),
		Title:                pulumi.String(contact.Title),
		EmailAddress:         pulumi.String(contact.Email),
		PhoneNumber:          pulumi.String(contact.Phone),
	}, pulumi.Parent(s))
	return err
}
