// One machine: its devices are used one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
