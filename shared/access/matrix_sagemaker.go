package access

import (
	"github.com/ringfence/ringfence/shared/config"
)

// started are the actions of SageMaker that stand for all: a job, a notebook, a
// model, an endpoint and a domain. Between them they know every setting.
var started = []string{
	"sagemaker:CreateDomain", "sagemaker:CreateEndpointConfig", "sagemaker:CreateModel", "sagemaker:CreateNotebookInstance",
	"sagemaker:CreateTrainingJob",
}

// sageMaker asks what starts with all as it should be, and with each setting in
// turn left out or wrong. A workload starts nothing by itself; given everything,
// only its guards are left.
func (a *asker) sageMaker() {
	v := a.vocabulary()
	who := []string{"data-scientist", "data-scientist" + givenEverything, "ml-service" + givenEverything}
	for _, w := range a.snapshot.Environment.Workloads {
		if w.RunsOn == config.SageMaker {
			who = append(who, w.Name+givenEverything)
		}
	}
	for _, action := range SageMakerActions {
		for _, name := range started {
			if action.Name != name {
				continue
			}
			ways := []string{asItShouldBe}
			for _, s := range v.settings {
				if action.Knows(s.key) {
					ways = append(ways, "without "+s.name(), "with another "+s.name())
				}
			}
			a.ask(who, []string{action.Name}, []string{madeBySageMaker}, ways...)
		}
	}
	a.ask(a.roleNames(), []string{"sagemaker:CreateTrainingJob"}, []string{madeBySageMaker}, asItShouldBe)
	a.ask(a.roleNames(), []string{"sagemaker:CreatePresignedNotebookInstanceUrl"}, []string{"a notebook"}, "")
}
