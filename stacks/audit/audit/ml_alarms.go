package audit

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// bedrock and sageMaker are the event sources of the two services.
const (
	bedrock   = "bedrock"
	sageMaker = "sagemaker"
)

// mlAlarms are the alarms on what attackers of AI workloads do, each with the
// number of events within five minutes that raises it (control AUD-32).
var mlAlarms = []struct {
	alarm
	threshold float64
}{
	{alarm{"model-invocation-log-changes", "AI: the log of model invocations was changed or removed",
		anyOfService(bedrock, "PutModelInvocationLoggingConfiguration", "DeleteModelInvocationLoggingConfiguration")}, 1},
	{alarm{"guardrail-changes", "AI: a guardrail was changed or deleted",
		anyOfService(bedrock, "UpdateGuardrail", "DeleteGuardrail")}, 1},
	// Whoever found credentials tries which models they can call. A workload that
	// is set up wrong is refused now and then; ten times is somebody trying.
	{alarm{"model-calls-refused", "AI: calls to models were refused ten times in five minutes (LLM-jacking)",
		`{ ($.eventSource = bedrock.amazonaws.com) && ($.errorCode = "AccessDenied*") && (` +
			names([]string{"InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"}) + `) }`}, 10},
	{alarm{"presigned-notebook-urls", "AI: a link that opens a notebook or Studio without signing in was made",
		anyOfService(sageMaker, "CreatePresignedDomainUrl", "CreatePresignedNotebookInstanceUrl")}, 1},
	// The status tells: a model version is also approved as it is created.
	{alarm{"model-package-changes", "AI: a model version was approved for deployment, or deleted",
		`{ ($.eventSource = sagemaker.amazonaws.com) && (($.requestParameters.modelApprovalStatus = "Approved") || ` +
			names([]string{"DeleteModelPackage", "DeleteModelPackageGroup"}) + `) }`}, 1},
}

// newMLAlarms makes an alarm for each.
func (a *audit) newMLAlarms(ctx *pulumi.Context) error {
	for _, alarm := range mlAlarms {
		if err := a.newLogAlarm(ctx, alarm.alarm, alarm.threshold); err != nil {
			return err
		}
	}
	return nil
}
