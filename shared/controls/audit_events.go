package controls

import (
	"fmt"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
)

// The events of the CIS AWS Foundations Benchmark 3.0 and 5.0, 4.1 to 4.15, as
// filter patterns over CloudTrail's JSON.
var (
	refusedCalls = `{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }`

	signInsWithoutMFA = `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") &&
		($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`

	rootUse = `{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`

	policyChanges = ofService("iam",
		"AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreatePolicy", "CreatePolicyVersion",
		"DeleteGroupPolicy", "DeletePolicy", "DeletePolicyVersion", "DeleteRolePolicy", "DeleteUserPolicy",
		"DetachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy")

	trailChanges = named("CreateTrail", "DeleteTrail", "StartLogging", "StopLogging", "UpdateTrail")

	failedSignIns = `{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }`

	keyLosses = ofService("kms", "DisableKey", "ScheduleKeyDeletion")

	bucketChanges = ofService("s3",
		"DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketPolicy", "DeleteBucketReplication",
		"PutBucketAcl", "PutBucketCors", "PutBucketLifecycle", "PutBucketPolicy", "PutBucketReplication")

	configChanges = ofService("config",
		"DeleteDeliveryChannel", "PutConfigurationRecorder", "PutDeliveryChannel", "StopConfigurationRecorder")

	securityGroupChanges = named(
		"AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateSecurityGroup",
		"DeleteSecurityGroup", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress")

	networkACLChanges = named(
		"CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
		"ReplaceNetworkAclAssociation", "ReplaceNetworkAclEntry")

	gatewayChanges = named(
		"AttachInternetGateway", "CreateCustomerGateway", "CreateInternetGateway",
		"DeleteCustomerGateway", "DeleteInternetGateway", "DetachInternetGateway")

	routeTableChanges = ofService("ec2",
		"CreateRoute", "CreateRouteTable", "DeleteRoute", "DeleteRouteTable",
		"DisassociateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation")

	vpcChanges = named(
		"AcceptVpcPeeringConnection", "AttachClassicLinkVpc", "CreateVpc", "CreateVpcPeeringConnection", "DeleteVpc",
		"DeleteVpcPeeringConnection", "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink",
		"ModifyVpcAttribute", "RejectVpcPeeringConnection")

	organizationChanges = ofService("organizations",
		"AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy", "DeclineHandshake",
		"DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy", "DisablePolicyType",
		"EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization", "MoveAccount",
		"RemoveAccountFromOrganization", "UpdateOrganizationalUnit", "UpdatePolicy")
)

// modelEvents are what attackers of AI workloads do, each with the number of
// events that must raise an alarm.
var modelEvents = []struct {
	pattern string
	most    float64
}{
	{ofService("bedrock", "DeleteModelInvocationLoggingConfiguration", "PutModelInvocationLoggingConfiguration"), 1},
	{ofService("bedrock", "DeleteGuardrail", "UpdateGuardrail"), 1},
	// A workload that is set up wrong is refused now and then; ten times is
	// somebody who tries stolen credentials.
	{`{ ($.eventSource = bedrock.amazonaws.com) && ($.errorCode = "AccessDenied*") &&
		(` + eventNames("Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream") + `) }`, 10},
	{ofService("sagemaker", "CreatePresignedDomainUrl", "CreatePresignedNotebookInstanceUrl"), 1},
	{`{ ($.eventSource = sagemaker.amazonaws.com) && (($.requestParameters.modelApprovalStatus = "Approved") ||
		` + eventNames("DeleteModelPackage", "DeleteModelPackageGroup") + `) }`, 1},
}

func mlAlarmsAreThere(in *inspection) {
	if !in.Has(graph.Audit) {
		return
	}
	for _, event := range modelEvents {
		in.alarms(mustWays(event.pattern), event.most)
	}
}

// named matches events by name.
func named(events ...string) string { return "{ " + eventNames(events...) + " }" }

// ofService matches events of one service by name.
func ofService(service string, events ...string) string {
	return fmt.Sprintf("{ ($.eventSource = %s.amazonaws.com) && (%s) }", service, eventNames(events...))
}

func eventNames(events ...string) string {
	return "($.eventName = " + strings.Join(events, ") || ($.eventName = ") + ")"
}
