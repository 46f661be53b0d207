// Each test starts up to ten processes, with encoders among them: one after another, or they starve each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
