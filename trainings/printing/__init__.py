"""Papers of many pages: asked for by one press, made by the worker, fetched by staff, gone after a day."""
