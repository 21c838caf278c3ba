package authorization

// globalKeys are the keys that do not depend on the action.
//
// Source: IAM User Guide, "AWS global condition context keys", each key's Data
// type and Value type; it is a page of its own, which no reference of a service
// repeats. The last ones are those of "IAM and AWS STS condition context keys"
// and of the services that lend roles, which every request of such a role
// carries ("Condition keys for AWS global and service-specific session
// properties").
var globalKeys = globals(
	// Of the principal.
	"aws:PrincipalAccount", "String",
	"aws:PrincipalArn", "ARN",
	"aws:PrincipalIsAWSService", "Bool",
	"aws:PrincipalOrgID", "String",
	"aws:PrincipalOrgPaths", "ArrayOfString",
	"aws:PrincipalServiceName", "String",
	"aws:PrincipalServiceNamesList", "ArrayOfString",
	"aws:PrincipalTag/${TagKey}", "String",
	"aws:PrincipalType", "String",
	"aws:userid", "String",
	"aws:username", "String",
	// Of the session.
	"aws:AssumedRoot", "Bool",
	"aws:ChatbotSourceArn", "ARN",
	"aws:Ec2InstanceSourcePrivateIPv4", "IPAddress",
	"aws:Ec2InstanceSourceVpc", "String",
	"aws:FederatedProvider", "String",
	"aws:MultiFactorAuthAge", "Numeric",
	"aws:MultiFactorAuthPresent", "Bool",
	"aws:SourceIdentity", "String",
	"aws:TokenIssueTime", "Date",
	// Of the network.
	"aws:SourceIp", "IPAddress",
	"aws:SourceVpc", "String",
	"aws:SourceVpcArn", "ARN",
	"aws:SourceVpce", "String",
	"aws:VpcSourceIp", "IPAddress",
	"aws:VpceAccount", "String",
	"aws:VpceOrgID", "String",
	"aws:VpceOrgPaths", "ArrayOfString",
	// Of the resource.
	"aws:ResourceAccount", "String",
	"aws:ResourceOrgID", "String",
	"aws:ResourceOrgPaths", "ArrayOfString",
	// Of the request.
	"aws:CalledVia", "ArrayOfString",
	"aws:CalledViaFirst", "String",
	"aws:CalledViaLast", "String",
	"aws:CurrentTime", "Date",
	"aws:EpochTime", "Date",
	"aws:RequestedRegion", "String",
	"aws:SecureTransport", "Bool",
	"aws:SourceAccount", "String",
	"aws:SourceArn", "ARN",
	"aws:SourceOrgID", "String",
	"aws:SourceOrgPaths", "ArrayOfString",
	"aws:SourceOwner", "String",
	"aws:UserAgent", "String",
	"aws:ViaAWSService", "Bool",
	"aws:referer", "String",
	// Of roles that services lend.
	"ec2:RoleDelivery", "Numeric",
	"ec2:SourceInstanceArn", "ARN",
	"glue:CredentialIssuingService", "String",
	"glue:RoleAssumedBy", "String",
	"identitystore:UserId", "String",
	"lambda:SourceFunctionArn", "ARN",
	"ssm:SourceInstanceArn", "ARN",
)

// tagKeys are global in name, but a service sends them only for the actions and
// resource types that list them.
var tagKeys = globals(
	"aws:RequestTag/${TagKey}", "String",
	"aws:ResourceTag/${TagKey}", "String",
	"aws:TagKeys", "ArrayOfString",
)

// globals makes keys of names and types in turn.
func globals(pairs ...string) []*Key {
	var out []*Key
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, newKey(pairs[i], pairs[i+1], false))
	}
	return out
}
