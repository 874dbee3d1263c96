"""The dashboard: thin Streamlit pages over the tables that the exports carry."""
