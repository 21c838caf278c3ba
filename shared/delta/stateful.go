package delta

// stateful are the types of resources that hold what no deployment can bring
// back, with what is lost.
var stateful = map[string]string{
	"aws:cloudtrail/trail:Trail":                          "events are not recorded until the new trail runs",
	"aws:cloudwatch/logGroup:LogGroup":                    "its logs are lost",
	"aws:guardduty/detector:Detector":                     "its findings are lost",
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider": "the pipeline cannot sign in meanwhile",
	"aws:kms/key:Key":                                     "what it encrypts can be read no more",
	"aws:kms/replicaKey:ReplicaKey":                       "what it encrypts can be read no more",
	"aws:s3/bucketV2:BucketV2":                            "its objects are lost",
	"aws:sqs/queue:Queue":                                 "its messages are lost",
	"aws:ec2/vpc:Vpc":                                     "everything in it must go first",
	"aws:ec2/subnet:Subnet":                               "whatever runs in it must go first",
}

// Lost says what the deletion or replacement of a resource of a type loses;
// empty where a deployment brings everything back.
func Lost(resourceType string) string { return stateful[resourceType] }
