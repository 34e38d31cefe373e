// Nothing but the precompiled headers of tests.
