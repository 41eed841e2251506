#error this needs a configured source tree: the stand-in must be taken instead
